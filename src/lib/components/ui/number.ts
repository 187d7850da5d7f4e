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

/** The value moved by whole steps, kept within bounds and rounded to the step's decimals. */
export function stepBy(value: number, steps: number, bounds: Bounds): number {
	const moved = clamp(value + steps * bounds.step, bounds);
	return Number(moved.toFixed(decimalsOf(bounds.step)));
}
