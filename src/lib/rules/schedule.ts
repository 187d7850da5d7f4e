// Whether a moment lies in a schedule: days and times of day on the clocks of a place, summer time included.
import type { Schedule } from '#lib/contracts/rule.ts';

interface LocalTime {
	/** 1 is Monday. */
	day: number;
	/** Since local midnight as the clocks show it. */
	minutes: number;
}

const MINUTE_MS = 60_000;
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/**
 * Returns the test of one schedule: whether a moment (ms since the epoch) lies in one of its windows; null is always.
 * A window is over at `to`; an earlier `to` reaches into the day after, an equal one means the whole day. The clocks of
 * the place decide: an hour that they skip is in no window, an hour that they show twice counts twice.
 */
export function openingHours(schedule: Schedule | null): (at: number) => boolean {
	if (!schedule) return () => true;
	const localTime = clockOf(schedule.timezone);
	const windows = schedule.windows.map(({ days, from, to }) => ({
		days: new Set(days),
		from: minutesOf(from),
		to: minutesOf(to)
	}));
	// Frames come many a minute, and no clock changes within one.
	let minute = NaN;
	let isOpen = false;
	return (at) => {
		const current = Math.floor(at / MINUTE_MS);
		if (current !== minute) {
			minute = current;
			const { day, minutes } = localTime(current * MINUTE_MS);
			const dayBefore = day === 1 ? 7 : day - 1;
			isOpen = windows.some(({ days, from, to }) => {
				if (from === to) return days.has(day);
				if (from < to) return days.has(day) && minutes >= from && minutes < to;
				return (days.has(day) && minutes >= from) || (days.has(dayBefore) && minutes < to);
			});
		}
		return isOpen;
	};
}

function clockOf(timeZone: string): (at: number) => LocalTime {
	const format = new Intl.DateTimeFormat('en-US', {
		timeZone,
		weekday: 'short',
		hour: '2-digit',
		minute: '2-digit',
		hourCycle: 'h23'
	});
	return (at) => {
		const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
		return {
			day: WEEKDAYS.indexOf(parts.weekday ?? '') + 1,
			minutes: Number(parts.hour) * 60 + Number(parts.minute)
		};
	};
}

function minutesOf(clock: string): number {
	const [hours = 0, minutes = 0] = clock.split(':').map(Number);
	return hours * 60 + minutes;
}
