// A frame as the movement detector sees it: means of small blocks, about 320 across whatever the frame's size.

/** Columns aimed at: fine enough for a person a fiftieth of the picture high, coarse enough to cost little. */
const COLUMNS = 320;
/** Values are kept in quarters of a grey level, so that a mean of four pixels loses nothing. */
export const LEVEL = 4;

export interface Raster {
	columns: number;
	rows: number;
	/** Side of a cell, px of the frame. What is left over at the right and lower edge belongs to no cell. */
	cell: number;
}

export function rasterOf(width: number, height: number): Raster {
	const cell = Math.max(1, Math.round(width / COLUMNS));
	return { cell, columns: Math.floor(width / cell), rows: Math.floor(height / cell) };
}

/** Writes each cell's mean, in quarters of a grey level, row by row. */
export function shrink(
	luma: Uint8Array,
	width: number,
	{ columns, rows, cell }: Raster,
	means: Int16Array
): void {
	if (cell === 2) return halve(luma, width, columns, rows, means);
	const scale = LEVEL / (cell * cell);
	for (let row = 0; row < rows; row++) {
		for (let column = 0; column < columns; column++) {
			let sum = 0;
			for (let y = 0; y < cell; y++) {
				const start = (row * cell + y) * width + column * cell;
				for (let x = 0; x < cell; x++) sum += luma[start + x] as number;
			}
			means[row * columns + column] = sum * scale;
		}
	}
}

/** The usual case of `shrink`, several times as fast: four pixels' sum is their mean in quarters. */
function halve(luma: Uint8Array, width: number, columns: number, rows: number, means: Int16Array): void {
	let out = 0;
	for (let row = 0; row < rows; row++) {
		let upper = 2 * row * width;
		let lower = upper + width;
		for (let column = 0; column < columns; column++, upper += 2, lower += 2) {
			means[out++] =
				(luma[upper] as number) +
				(luma[upper + 1] as number) +
				(luma[lower] as number) +
				(luma[lower + 1] as number);
		}
	}
}
