// What a sender wrote, cut to what is bearable: text, pairs and nested extras. Pure; what was cut says so.

export const MAX_PAIRS = 64;
const MAX_KEY = 200;
/** Of what else a message holds. */
const MAX_DEPTH = 4;
const MAX_RAW_CHARACTERS = 32_768;
const MAX_RAW_TEXT = 2000;

/** The text, or its beginning and a mark of how long it was; `max` characters with the mark. */
export function cut(text: string, max: number): string {
	if (text.length <= max) return text;
	const mark = `… (cut, ${text.length} characters)`;
	return text.slice(0, Math.max(0, max - mark.length)).toWellFormed() + mark;
}

/** Whether a text was cut. */
export const hasMark = (text: string) => /… \(cut, \d+ characters\)$/.test(text);

/** At most so many pairs, names and values cut. */
export function cutPairs(pairs: Record<string, string>, maxValue: number): Record<string, string> {
	const kept = Object.entries(pairs).slice(0, MAX_PAIRS);
	return Object.fromEntries(kept.map(([name, value]) => [cut(name, MAX_KEY), cut(value, maxValue)]));
}

/** Whether `cutPairs` would change anything. */
export function isCut(pairs: Record<string, string>, maxValue: number): boolean {
	const entries = Object.entries(pairs);
	return (
		entries.length > MAX_PAIRS ||
		entries.some(([name, value]) => name.length > MAX_KEY || value.length > maxValue)
	);
}

/**
 * A copy of a JSON value: long text cut, what is nested deeper or counts more than is bearable left out. All of it together
 * stays near 32 KiB of text.
 */
export function bounded(value: unknown): unknown {
	return copy(value, { left: MAX_RAW_CHARACTERS }, 0);
}

function copy(value: unknown, room: { left: number }, depth: number): unknown {
	if (typeof value === 'string') return spend(cut(value, MAX_RAW_TEXT), room);
	if (typeof value !== 'object' || value === null) return value;
	if (depth >= MAX_DEPTH) return '… (nested too deep)';
	if (Array.isArray(value))
		return value.slice(0, MAX_PAIRS).flatMap((one) => (room.left > 0 ? [copy(one, room, depth + 1)] : []));
	const kept: Record<string, unknown> = {};
	for (const [name, inner] of Object.entries(value).slice(0, MAX_PAIRS)) {
		if (room.left <= 0) break;
		kept[spend(cut(name, MAX_KEY), room)] = copy(inner, room, depth + 1);
	}
	return kept;
}

function spend(text: string, room: { left: number }): string {
	room.left -= text.length + 4;
	return text;
}
