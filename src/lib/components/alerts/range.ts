// How far back a list reaches, as its address says it.

const SECONDS = {
	'5m': 300,
	'15m': 900,
	'30m': 1800,
	'1h': 3600,
	'3h': 10_800,
	'6h': 21_600,
	'12h': 43_200,
	'24h': 86_400,
	'7d': 604_800,
	'30d': 2_592_000,
	all: Infinity
} as const;
export type Range = keyof typeof SECONDS;

export const RANGE_WORDS: Record<Range, string> = {
	'5m': 'Last 5 min',
	'15m': 'Last 15 min',
	'30m': 'Last 30 min',
	'1h': 'Last hour',
	'3h': 'Last 3 h',
	'6h': 'Last 6 h',
	'12h': 'Last 12 h',
	'24h': 'Last 24 h',
	'7d': 'Last 7 days',
	'30d': 'Last 30 days',
	all: 'All there is'
};

/** Those a list offers; an address may hold any of them. */
export const OFFERED_RANGES: readonly Range[] = ['1h', '6h', '24h', '7d', '30d', 'all'];

export function parseRange(text: string | null, fallback: Range): Range {
	return text !== null && Object.hasOwn(SECONDS, text) ? (text as Range) : fallback;
}

/** Where a range begins, ms since the epoch; minus infinity for all there is. */
export function rangeBegin(range: Range, now: number): number {
	return now - SECONDS[range] * 1000;
}

/** The choices of a select: the offered ones and the chosen one, shortest first. */
export function rangeOptions(chosen: Range): { value: Range; label: string }[] {
	const all = Object.keys(SECONDS) as Range[];
	return all
		.filter((range) => range === chosen || OFFERED_RANGES.includes(range))
		.map((value) => ({ value, label: RANGE_WORDS[value] }));
}
