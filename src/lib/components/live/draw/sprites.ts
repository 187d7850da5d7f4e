// Arrow heads and stems drawn once a size and colour, then copied: a field of a thousand arrows costs copies, not paths.
import { HUES_ON_PICTURES, HUE_COUNT } from '#lib/contracts/direction.ts';

const CASING = 'rgb(0 0 0 / 0.72)';
/** Sheets kept: a page shows few different tile sizes at once. */
const MOST_SHEETS = 8;

/** Sizes in CSS pixels, growing with the picture so that a tile and a full screen look alike. */
export interface ArrowSize {
	head: number;
	line: number;
	casing: number;
}

export function arrowSize(pictureWidth: number): ArrowSize {
	const head = Math.min(13, Math.max(4.6, pictureWidth * 0.0092));
	return { head, line: Math.max(0.9, head * 0.19), casing: Math.max(2, head * 0.42) };
}

/**
 * One row a hue; in each a head that points up, tip at (cell / 2, margin), and a stem, both lying on their dark casing.
 *
 *   |  ▲   |  ║  |   hue 0
 *   |  ▲   |  ║  |   hue 1 …
 */
export class SpriteSheet {
	readonly size: ArrowSize;
	/** The space round a head, CSS pixels. */
	readonly margin: number;
	readonly #sprites: ImageBitmap;
	readonly #cell: number;
	readonly #scale: number;

	/** `ratio`: device pixels a CSS pixel. */
	constructor(size: ArrowSize, ratio: number) {
		this.size = size;
		this.margin = Math.ceil(size.casing / 2 + 1);
		// Twice the device's pixels: sprites are turned, and turning blurs.
		this.#scale = ratio * 2;
		this.#cell = Math.ceil((size.head + 2 * this.margin) * this.#scale);
		const canvas = new OffscreenCanvas(this.#cell * 2, this.#cell * HUE_COUNT);
		const context = canvas.getContext('2d');
		if (context) for (let row = 0; row < HUE_COUNT; row++) this.#paintRow(context, row);
		this.#sprites = canvas.transferToImageBitmap();
	}

	/** Copies a head with its tip at the origin of the context's transform, pointing up. */
	head(context: Canvas2D, row: number): void {
		const side = this.#cell / this.#scale;
		context.drawImage(
			this.#sprites,
			0,
			row * this.#cell,
			this.#cell,
			this.#cell,
			-side / 2,
			-this.margin,
			side,
			side
		);
	}

	/** Copies a stem from `from` to `to` below the origin. */
	stem(context: Canvas2D, row: number, from: number, to: number): void {
		const side = this.#cell / this.#scale;
		const middle = (row + 0.5) * this.#cell;
		context.drawImage(this.#sprites, this.#cell, middle, this.#cell, 1, -side / 2, from, side, to - from);
	}

	#paintRow(context: OffscreenCanvasRenderingContext2D, row: number): void {
		const { head, line, casing } = this.size;
		const side = this.#cell / this.#scale;
		const hue = HUES_ON_PICTURES[row] ?? '#fff';
		context.setTransform(this.#scale, 0, 0, this.#scale, 0, row * this.#cell);
		context.lineJoin = 'round';
		context.lineWidth = casing - line;
		context.beginPath();
		context.moveTo(side / 2, this.margin);
		context.lineTo(side / 2 + head * 0.42, this.margin + head);
		context.lineTo(side / 2, this.margin + head * 0.78);
		context.lineTo(side / 2 - head * 0.42, this.margin + head);
		context.closePath();
		context.strokeStyle = CASING;
		context.stroke();
		context.fillStyle = hue;
		context.fill();
		context.fillStyle = CASING;
		context.fillRect(side * 1.5 - casing / 2, 0, casing, side);
		context.fillStyle = hue;
		context.fillRect(side * 1.5 - line / 2, 0, line, side);
	}
}

export type Canvas2D = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

const sheets = new Map<string, SpriteSheet>();

/** The sheet for pictures of this width on the screen; made at its first use. */
export function spriteSheet(pictureWidth: number, ratio: number): SpriteSheet {
	const size = arrowSize(Math.round(pictureWidth / 24) * 24);
	const key = `${size.head}@${ratio}`;
	const known = sheets.get(key);
	if (known) return known;
	if (sheets.size >= MOST_SHEETS) sheets.delete(sheets.keys().next().value ?? '');
	const made = new SpriteSheet(size, ratio);
	sheets.set(key, made);
	return made;
}

/** The transform whose origin lies at (x, y) and whose up is the unit vector (ux, uy), over a context scaled by `ratio`. */
export function turnTo(context: Canvas2D, ratio: number, x: number, y: number, ux: number, uy: number): void {
	context.setTransform(-uy * ratio, ux * ratio, -ux * ratio, -uy * ratio, x * ratio, y * ratio);
}
