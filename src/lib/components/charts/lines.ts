// The lines of a chart and the tokens they are drawn in: one accent, greys, and the three signals; never a hue of its own for a series.
import { niceTop } from './series.ts';

/** `well` is quiet, as what is in order is; `strong`, `middle` and `soft` are the greys that parts of a whole are told apart by. */
export type Tone = 'accent' | 'ink' | 'faint' | 'well' | 'bad' | 'strong' | 'middle' | 'soft';

export interface Line {
	label: string;
	tone: Tone;
	/** As long as the chart's times; null where nothing was measured. */
	values: readonly (number | null)[];
	/** Drawn as a band over the line before it. */
	band?: boolean;
}

/** Bands lie over the ground, whatever is below them. */
export const FADED = 'color-mix(in srgb, var(--ink-3) 22%, transparent)';

/** As CSS writes it. */
export function colourOf(tone: Tone): string {
	switch (tone) {
		case 'accent':
			return 'var(--accent-edge)';
		case 'ink':
			return 'var(--ink-2)';
		case 'faint':
			return 'var(--edge)';
		case 'well':
			return 'color-mix(in srgb, var(--good) 55%, var(--pane))';
		case 'bad':
			return 'var(--bad)';
		case 'strong':
			return 'var(--mag-3)';
		case 'middle':
			return 'var(--mag-2)';
		case 'soft':
			return 'var(--mag-1)';
		default: {
			const never: never = tone;
			return never;
		}
	}
}

/** Of a band's values, the share that must fit under the top of the axis: a lone spike may leave the chart. */
const FITTING_SHARE = 0.97;

/** The top of an axis where a band's rare spikes would flatten all else: every line fits, and all but the rarest of bands; null without a band. */
export function usualTop(lines: readonly Pick<Line, 'values' | 'band'>[]): number | null {
	const known = (ofBands: boolean) =>
		lines
			.filter(({ band }) => Boolean(band) === ofBands)
			.flatMap(({ values }) => values.filter((value) => value !== null));
	const bands = known(true).sort((a, b) => a - b);
	if (bands.length === 0) return null;
	const usual = bands[Math.floor((bands.length - 1) * FITTING_SHARE)] ?? 0;
	const most = known(false).reduce((greatest, value) => Math.max(greatest, value), 0);
	return niceTop(Math.max(usual, most * 1.1));
}
