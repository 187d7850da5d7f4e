// Direction and its one wheel of colours: the server's overlays, the pages and the figures all say the same.

/** Degrees clockwise from up of a step in picture coordinates (x right, y down), 0 up to but not 360: right is 90, down 180. */
export function directionOf(dx: number, dy: number): number {
	const degrees = (Math.atan2(dx, -dy) * 180) / Math.PI;
	// The remainder brings a tiny negative angle, which plus 360 rounds to 360, back to 0.
	return (degrees + 360) % 360;
}

/** Colours for dark grounds and for every picture: one per 10 degrees, the first is 0 (up, north). */
// prettier-ignore
export const HUES_ON_PICTURES: readonly string[] = [
	'#73aef8', '#84a9fa', '#94a4f9', '#a39ff6', '#b19af1', '#bd96ea', '#c892e1', '#d38ed6', '#db8cca',
	'#e289bd', '#e888af', '#ec88a0', '#ef8891', '#ef8a82', '#ee8d74', '#ec9066', '#e79459', '#e1994e',
	'#d99e46', '#cfa441', '#c4aa42', '#b7af47', '#a8b450', '#99b85c', '#88bc6a', '#76c078', '#62c288',
	'#4ec497', '#38c4a6', '#22c4b5', '#0cc3c3', '#0dc1d0', '#22bedc', '#38bbe6', '#4db7ee', '#61b2f4'
];

export const HUE_COUNT = 36;

/** Index of the nearest of the 36 colours. Any finite angle is allowed. */
export function hueIndex(degrees: number): number {
	const turn = ((degrees % 360) + 360) % 360;
	return Math.round(turn / 10) % HUE_COUNT;
}
