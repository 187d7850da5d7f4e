// Flow vectors as arrows: hue is direction, length is magnitude, a dark casing keeps them legible on any picture.
import { directionOf, hueIndex } from '#lib/contracts/direction.ts';
import { toBox, type Fit } from './fit.ts';
import { spriteSheet, turnTo, type Canvas2D, type SpriteSheet } from './sprites.ts';

/** Arrows closer than this on the screen run into each other: every second (third, …) grid point is drawn instead. */
const LEAST_SPACING_PX = 7;

export interface ArrowStyle {
	/** Drawn length over measured length. */
	scale: number;
	/** 0..1 */
	opacity: number;
	/** Device pixels a CSS pixel: the context's own scale. */
	ratio: number;
}

/** How many grid points to step over so that drawn arrows stay apart; 1 draws all. */
export function arrowStride(gridSize: number, fitScale: number): number {
	const spacing = gridSize * fitScale;
	return spacing > 0 ? Math.max(1, Math.ceil(LEAST_SPACING_PX / spacing)) : 1;
}

/**
 *   tail ─────────── notch ▷ tip        A vector shorter than its head is a head alone, which still points the same way.
 *
 * All CSS pixels. `stem` is how far the notch and the tail lie behind the tip; null for a head alone.
 */
export interface Arrow {
	tipX: number;
	tipY: number;
	/** Unit vector along the arrow. */
	ux: number;
	uy: number;
	stem: { from: number; to: number } | null;
}

/** Geometry of the arrow at (x, y) with displacement (dx, dy), all CSS pixels. A zero vector gives null. */
export function arrowGeometry(x: number, y: number, dx: number, dy: number, head: number): Arrow | null {
	const length = Math.hypot(dx, dy);
	if (!(length > 0)) return null;
	const ux = dx / length;
	const uy = dy / length;
	const reach = Math.max(length, head * 0.75);
	const notch = head * 0.78;
	const stem = reach > head * 0.95 ? { from: notch, to: reach } : null;
	return { tipX: x + ux * reach, tipY: y + uy * reach, ux, uy, stem };
}

function onStride(x: number, y: number, gridSize: number, stride: number): boolean {
	return Math.floor(x / gridSize) % stride === 0 && Math.floor(y / gridSize) % stride === 0;
}

/** Draws the vectors [x, y, dx, dy, …], frame pixels. */
export function drawArrows(
	context: Canvas2D,
	vectors: ArrayLike<number>,
	gridSize: number,
	fit: Fit,
	style: ArrowStyle
): void {
	if (vectors.length < 4 || style.opacity <= 0) return;
	const sheet = spriteSheet(fit.width, style.ratio);
	const stride = arrowStride(gridSize, fit.scale);
	const length = style.scale * fit.scale;
	context.save();
	context.globalAlpha = style.opacity;
	context.imageSmoothingQuality = 'low';
	for (let i = 0; i + 3 < vectors.length; i += 4) {
		const x = vectors[i] ?? 0;
		const y = vectors[i + 1] ?? 0;
		if (stride > 1 && !onStride(x, y, gridSize, stride)) continue;
		const dx = vectors[i + 2] ?? 0;
		const dy = vectors[i + 3] ?? 0;
		const [tailX, tailY] = toBox(fit, x, y);
		const arrow = arrowGeometry(tailX, tailY, dx * length, dy * length, sheet.size.head);
		if (arrow) copy(context, sheet, arrow, hueIndex(directionOf(dx, dy)), style.ratio);
	}
	context.restore();
}

/** The stem first, so that the head lies on its end. */
function copy(context: Canvas2D, sheet: SpriteSheet, arrow: Arrow, hue: number, ratio: number): void {
	turnTo(context, ratio, arrow.tipX, arrow.tipY, arrow.ux, arrow.uy);
	if (arrow.stem) sheet.stem(context, hue, arrow.stem.from, arrow.stem.to);
	sheet.head(context, hue);
}
