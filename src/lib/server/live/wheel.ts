// The direction wheel on pictures: one colour per 10 degrees clockwise from up, the first is 0. The interface draws with the same.

// prettier-ignore
export const HUES_ON_PICTURES: readonly string[] = [
	'#73aef8', '#84a9fa', '#94a4f9', '#a39ff6', '#b19af1', '#bd96ea', '#c892e1', '#d38ed6', '#db8cca',
	'#e289bd', '#e888af', '#ec88a0', '#ef8891', '#ef8a82', '#ee8d74', '#ec9066', '#e79459', '#e1994e',
	'#d99e46', '#cfa441', '#c4aa42', '#b7af47', '#a8b450', '#99b85c', '#88bc6a', '#76c078', '#62c288',
	'#4ec497', '#38c4a6', '#22c4b5', '#0cc3c3', '#0dc1d0', '#22bedc', '#38bbe6', '#4db7ee', '#61b2f4'
];

/** Index of the colour of a step in picture coordinates (x right, y down). */
export function hueOf(dx: number, dy: number): number {
	const degrees = (Math.atan2(dx, -dy) * 180) / Math.PI;
	return Math.round(((degrees + 360) % 360) / 10) % HUES_ON_PICTURES.length;
}
