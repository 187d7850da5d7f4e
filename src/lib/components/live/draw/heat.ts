// Magnitude as heat: lightness only, because hue belongs to direction. Smooth over the grid.
import type { Fit } from './fit.ts';

/** At this magnitude (px/frame) heat has reached 63 % of its strength; stronger motion approaches the full strength. */
const REFERENCE_PX = 4;
/** Weight of the centre, edge and corner neighbours: a 3 × 3 binomial kernel, so that single cells do not show as squares. */
const CENTRE = 4 / 16;
const EDGE = 2 / 16;
const CORNER = 1 / 16;

export interface HeatGrid {
	columns: number;
	rows: number;
	/** Strength 0..1, row by row; one cell of margin all round. */
	strength: Float32Array;
}

/** Strength of one magnitude: 1 − e^(−m / reference). Rises fast for small motion and never clips. */
export function heatStrength(magnitude: number): number {
	return 1 - Math.exp(-magnitude / REFERENCE_PX);
}

/** Spreads the vectors [x, y, dx, dy, …] (frame pixels) over the grid they were measured on. */
export function heatGrid(
	vectors: ArrayLike<number>,
	gridSize: number,
	width: number,
	height: number
): HeatGrid {
	const columns = Math.ceil(width / gridSize) + 2;
	const rows = Math.ceil(height / gridSize) + 2;
	const raw = new Float32Array(columns * rows);
	for (let i = 0; i + 3 < vectors.length; i += 4) {
		const column = Math.floor((vectors[i] ?? 0) / gridSize) + 1;
		const row = Math.floor((vectors[i + 1] ?? 0) / gridSize) + 1;
		if (column < 1 || row < 1 || column > columns - 2 || row > rows - 2) continue;
		const strength = heatStrength(Math.hypot(vectors[i + 2] ?? 0, vectors[i + 3] ?? 0));
		raw[row * columns + column] = Math.max(raw[row * columns + column] ?? 0, strength);
	}
	return { columns, rows, strength: smooth(raw, columns, rows) };
}

function smooth(raw: Float32Array, columns: number, rows: number): Float32Array {
	const out = new Float32Array(raw.length);
	const at = (index: number) => raw[index] ?? 0;
	for (let row = 1; row < rows - 1; row++) {
		for (let column = 1; column < columns - 1; column++) {
			const i = row * columns + column;
			const edges = at(i - 1) + at(i + 1) + at(i - columns) + at(i + columns);
			const corners = at(i - columns - 1) + at(i - columns + 1) + at(i + columns - 1) + at(i + columns + 1);
			out[i] = at(i) * CENTRE + edges * EDGE + corners * CORNER;
		}
	}
	return out;
}

/** A canvas one pixel a grid cell; the browser's bilinear filter makes the surface smooth. */
let cells: OffscreenCanvas | undefined;

/** Draws the heat over the picture. `intensity` 0..1 is the greatest opacity reached. */
export function drawHeat(
	context: CanvasRenderingContext2D,
	vectors: ArrayLike<number>,
	gridSize: number,
	frame: { width: number; height: number },
	fit: Fit,
	intensity: number
): void {
	if (vectors.length < 4 || intensity <= 0) return;
	const grid = heatGrid(vectors, gridSize, frame.width, frame.height);
	const image = new ImageData(grid.columns, grid.rows);
	for (let i = 0; i < grid.strength.length; i++) {
		image.data.fill(244, i * 4, i * 4 + 3);
		// Smoothing spreads a lone vector's strength over its neighbours: the factor keeps a wide field at its own strength.
		image.data[i * 4 + 3] = Math.min(255, (grid.strength[i] ?? 0) * 1.25 * intensity * 255);
	}
	cells ??= new OffscreenCanvas(1, 1);
	cells.width = grid.columns;
	cells.height = grid.rows;
	cells.getContext('2d')?.putImageData(image, 0, 0);
	const cell = gridSize * fit.scale;
	context.save();
	context.beginPath();
	context.rect(fit.x, fit.y, fit.width, fit.height);
	context.clip();
	context.imageSmoothingEnabled = true;
	context.imageSmoothingQuality = 'high';
	context.drawImage(cells, fit.x - cell, fit.y - cell, grid.columns * cell, grid.rows * cell);
	context.restore();
}
