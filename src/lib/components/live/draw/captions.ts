// Words on a picture: white on a veil, kept inside the picture.
import type { Fit } from './fit.ts';
import type { Canvas2D } from './sprites.ts';

const VEIL = 'rgb(9 11 14 / 0.8)';
const PADDING_X = 4;

/** Size of the words, CSS pixels: growing with the picture, readable on a tile and on a wall. */
export function captionSize(pictureWidth: number): number {
	return Math.min(20, Math.max(10.5, pictureWidth * 0.0092));
}

/**
 * Where a caption's plate lies: above `bottom` at `x` where there is room in the picture, below `top` otherwise, and
 * never over its left or right edge. CSS pixels.
 */
export function captionPlace(
	anchor: { x: number; bottom: number; top: number },
	plate: { width: number; height: number },
	fit: Fit
): { x: number; y: number } {
	const above = anchor.bottom - plate.height;
	const y = above >= fit.y ? above : anchor.top;
	const rightmost = fit.x + fit.width - plate.width;
	return { x: Math.max(fit.x, Math.min(anchor.x, rightmost)), y };
}

export function drawCaption(
	context: Canvas2D,
	words: string,
	anchor: { x: number; bottom: number; top: number },
	fit: Fit
): void {
	const size = captionSize(fit.width);
	context.setLineDash([]);
	context.globalAlpha = 1;
	context.font = `500 ${size}px "IBM Plex Sans", system-ui, sans-serif`;
	context.textBaseline = 'middle';
	const plate = { width: context.measureText(words).width + 2 * PADDING_X, height: Math.round(size * 1.4) };
	const { x, y } = captionPlace(anchor, plate, fit);
	context.fillStyle = VEIL;
	context.fillRect(x, y, plate.width, plate.height);
	context.fillStyle = '#fff';
	context.fillText(words, x + PADDING_X, y + plate.height / 2 + 0.5);
}
