// Reading a number a person typed, and moving it by steps, without the noise of binary fractions.

export interface Bounds {
	min: number;
	max: number;
	step: number;
}

/** Decimals a step implies: 0.05 → 2. */
export function decimalsOf(step: number): number {
	const [, fraction = ''] = step.toString().split('.');
	return fraction.length;
}

/** Enough for any setting, too few for the noise of binary fractions. */
const MOST_DECIMALS = 4;

/**
 * A stored number as a field shows it: never rounded to the step, which would show 0.5 s as 1 s, unless the field asks
 * for few decimals.
 */
export function shownNumber(value: number, step: number, decimals?: number): string {
	return Number(value.toFixed(decimals ?? Math.max(decimalsOf(step), MOST_DECIMALS))).toString();
}

/** Takes a comma for a point; null when it is not a number or nothing was typed. */
export function parseNumber(text: string): number | null {
	const cleaned = text.trim().replace(',', '.').replace('−', '-');
	if (cleaned === '') return null;
	const value = Number(cleaned);
	return Number.isFinite(value) ? value : null;
}

export function clamp(value: number, { min, max }: Bounds): number {
	return Math.min(max, Math.max(min, value));
}

/** The value moved by whole steps, kept within bounds; a fraction it had beyond the step's stays. */
export function stepBy(value: number, steps: number, bounds: Bounds): number {
	const moved = clamp(value + steps * bounds.step, bounds);
	return Number(
		moved.toFixed(Math.max(decimalsOf(bounds.step), decimalsOf(Number(value.toFixed(MOST_DECIMALS)))))
	);
}
