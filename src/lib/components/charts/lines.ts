// The lines of a chart and the tokens they are drawn in: one accent, greys, and the three signals; never a hue of its own for a series.

/** `strong`, `middle` and `soft` are the greys that parts of a whole are told apart by. */
export type Tone = 'accent' | 'ink' | 'faint' | 'good' | 'bad' | 'strong' | 'middle' | 'soft';

export interface Line {
	label: string;
	tone: Tone;
	/** As long as the chart's times; null where nothing was measured. */
	values: readonly (number | null)[];
	/** Drawn as a band over the line before it. */
	band?: boolean;
}

/** Bands lie over the ground, whatever is below them. */
export const FADED = 'color-mix(in oklch, var(--ink-3) 22%, transparent)';

export function tokenOf(tone: Tone): string {
	switch (tone) {
		case 'accent':
			return '--accent-edge';
		case 'ink':
			return '--ink-2';
		case 'faint':
			return '--edge';
		case 'good':
			return '--good';
		case 'bad':
			return '--bad';
		case 'strong':
			return '--mag-3';
		case 'middle':
			return '--mag-2';
		case 'soft':
			return '--mag-1';
		default: {
			const never: never = tone;
			return never;
		}
	}
}
