// Words on a picture: white on a veil, kept inside the picture and never one over another.
import type { Fit } from './fit.ts';
import type { Canvas2D } from './sprites.ts';

const VEIL = 'rgb(9 11 14 / 0.8)';
const PADDING_X = 4;

/** Size of the words, CSS pixels: growing with the picture, readable on a tile and on a wall. */
export function captionSize(pictureWidth: number): number {
	return Math.min(20, Math.max(10.5, pictureWidth * 0.0092));
}

/** The veil behind words. CSS pixels. */
export interface Plate {
	x: number;
	y: number;
	width: number;
	height: number;
}

/** What the words belong to. CSS pixels. */
export interface CaptionAnchor {
	x: number;
	/** The plate stands on this. */
	bottom: number;
	/** It hangs from this where there is no room above. */
	top: number;
	/** Or from this, where both places are taken. */
	under?: number;
}

/**
 * Where a caption's plate lies: above `bottom` at `x` where there is room in the picture, below `top` otherwise, and
 * never over its left or right edge. CSS pixels.
 */
export function captionPlace(
	anchor: CaptionAnchor,
	plate: Pick<Plate, 'width' | 'height'>,
	fit: Fit
): { x: number; y: number } {
	const above = anchor.bottom - plate.height;
	const y = above >= fit.y ? above : anchor.top;
	const rightmost = fit.x + fit.width - plate.width;
	return { x: Math.max(fit.x, Math.min(anchor.x, rightmost)), y };
}

/** The first of its places where a caption covers none of those already there; null where all would. */
export function freePlate(
	anchor: CaptionAnchor,
	size: Pick<Plate, 'width' | 'height'>,
	fit: Fit,
	taken: readonly Plate[]
): Plate | null {
	const { x, y } = captionPlace(anchor, size, fit);
	for (const top of [y, anchor.under, anchor.top]) {
		if (top === undefined || top + size.height > fit.y + fit.height) continue;
		const plate = { x, y: top, ...size };
		if (!taken.some((other) => covers(plate, other))) return plate;
	}
	return null;
}

function covers(a: Plate, b: Plate): boolean {
	return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Keeps clear what somebody else writes over the picture: about the plate of words 12 px high. */
export function reserveCaption(
	context: Canvas2D,
	words: string,
	anchor: CaptionAnchor,
	fit: Fit,
	taken: Plate[]
): void {
	context.font = '500 12px "IBM Plex Sans", system-ui, sans-serif';
	const size = { width: context.measureText(words).width + 14, height: 22 };
	taken.push({ ...captionPlace(anchor, size, fit), ...size });
}

/** Draws the words where they cover none of those in `taken`, and adds their plate to it; left out where there is no room. */
export function drawCaption(
	context: Canvas2D,
	words: string,
	anchor: CaptionAnchor,
	fit: Fit,
	taken: Plate[]
): void {
	const size = captionSize(fit.width);
	context.setLineDash([]);
	context.globalAlpha = 1;
	context.font = `500 ${size}px "IBM Plex Sans", system-ui, sans-serif`;
	context.textBaseline = 'middle';
	const width = context.measureText(words).width + 2 * PADDING_X;
	const plate = freePlate(anchor, { width, height: Math.round(size * 1.4) }, fit, taken);
	if (!plate) return;
	taken.push(plate);
	const { x, y } = plate;
	context.fillStyle = VEIL;
	context.fillRect(x, y, plate.width, plate.height);
	context.fillStyle = '#fff';
	context.fillText(words, x + PADDING_X, y + plate.height / 2 + 0.5);
}
