// The cells that dense heads predict for: row by row at each stride, the finest stride first.

/** Cells of one stride over a side, px. */
const along = (side: number, stride: number): number => Math.ceil(side / stride);

export function cellsOf(width: number, height: number, stride: number): number {
	return along(width, stride) * along(height, stride);
}

/** Cells of all strides together. */
export function gridCells(width: number, height: number, strides: number[]): number {
	return strides.reduce((sum, stride) => sum + cellsOf(width, height, stride), 0);
}

/** Calls back for each cell with its number, column, row and stride. */
export function forEachCell(
	width: number,
	height: number,
	strides: number[],
	visit: (cell: number, column: number, row: number, stride: number) => void
): void {
	let cell = 0;
	for (const stride of strides) {
		const columns = along(width, stride);
		const rows = along(height, stride);
		for (let row = 0; row < rows; row++) {
			for (let column = 0; column < columns; column++) visit(cell++, column, row, stride);
		}
	}
}
