// Figures and times as the pages write them: tabular, with a unit, an en dash for what was not measured.

export const NOT_MEASURED = '–';

/** A figure with a fixed number of decimals: `2.4`, or an en dash. */
export function figure(value: number | null | undefined, decimals = 1): string {
	return value === null || value === undefined || !Number.isFinite(value)
		? NOT_MEASURED
		: value.toFixed(decimals);
}

/** A whole number with thin spaces between thousands: `2 304`. */
export function count(value: number | null | undefined): string {
	if (value === null || value === undefined || !Number.isFinite(value)) return NOT_MEASURED;
	return Math.round(value)
		.toString()
		.replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
}

const UNITS: [name: string, seconds: number][] = [
	['d', 86_400],
	['h', 3_600],
	['min', 60],
	['s', 1]
];

/** A span of time by its two largest units, one below an hour: `47 s`, `13 min`, `6 d 4 h`. */
export function duration(seconds: number): string {
	const whole = Math.max(0, Math.floor(seconds));
	const first = UNITS.findIndex(([, size]) => whole >= size);
	if (first === -1) return '0 s';
	const [name, size] = UNITS[first] as [string, number];
	const amount = `${Math.floor(whole / size)} ${name}`;
	const next = UNITS[first + 1];
	const rest = next ? Math.floor((whole % size) / next[1]) : 0;
	return first < 2 && next && rest > 0 ? `${amount} ${rest} ${next[0]}` : amount;
}

/** Seconds from an ISO moment until `now` (ms since the epoch); negative when it lies ahead. */
export function secondsSince(iso: string, now: number): number {
	return (now - Date.parse(iso)) / 1000;
}

/** `14:32:07`, in the reader's own zone and always 24 hours. */
export function timeOfDay(at: string | number | Date, withMs = false): string {
	const date = new Date(at);
	const two = (value: number) => value.toString().padStart(2, '0');
	const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
	return withMs ? `${time}.${date.getMilliseconds().toString().padStart(3, '0')}` : time;
}

/** `21 Nov 2025, 14:32`; the year is left out when it is this one. */
export function dateAndTime(at: string | number | Date, now = Date.now()): string {
	const date = new Date(at);
	const sameYear = date.getFullYear() === new Date(now).getFullYear();
	const day = date.toLocaleDateString('en-GB', {
		day: 'numeric',
		month: 'short',
		...(sameYear ? {} : { year: 'numeric' })
	});
	return `${day}, ${timeOfDay(date).slice(0, 5)}`;
}

/** `1 change`, `3 changes`. */
export function plural(amount: number, one: string, many = `${one}s`): string {
	return `${amount} ${amount === 1 ? one : many}`;
}
