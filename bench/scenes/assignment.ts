// The assignment of least cost: rows to columns, each once (Kuhn 1955, in the form of Jonker and Volgenant 1987).

/** The column of each row, -1 where there are fewer columns than rows. Costs may be negative; every row has the same length. */
export function assign(costs: readonly (readonly number[])[]): number[] {
	const [rows, columns] = [costs.length, costs[0]?.length ?? 0];
	if (rows === 0 || columns === 0) return costs.map(() => -1);
	if (rows <= columns) return wide(rows, columns, (row, column) => costs[row]![column]!);
	const turned = wide(columns, rows, (row, column) => costs[column]![row]!);
	const result = new Array<number>(rows).fill(-1);
	turned.forEach((row, column) => (result[row] = column));
	return result;
}

/** No more rows than columns. Index 0 stands for none, so rows and columns count from 1. */
function wide(rows: number, columns: number, cost: (row: number, column: number) => number): number[] {
	const rowPrice = new Float64Array(rows + 1);
	const columnPrice = new Float64Array(columns + 1);
	const rowOf = new Int32Array(columns + 1);
	const before = new Int32Array(columns + 1);
	for (let row = 1; row <= rows; row++) {
		rowOf[0] = row;
		const least = new Float64Array(columns + 1).fill(Infinity);
		const done = new Uint8Array(columns + 1);
		let column = 0;
		do {
			done[column] = 1;
			const from = rowOf[column]!;
			let [step, next] = [Infinity, 0];
			for (let j = 1; j <= columns; j++) {
				if (done[j]) continue;
				const reduced = cost(from - 1, j - 1) - rowPrice[from]! - columnPrice[j]!;
				if (reduced < least[j]!) [least[j], before[j]] = [reduced, column];
				if (least[j]! < step) [step, next] = [least[j]!, j];
			}
			for (let j = 0; j <= columns; j++) {
				if (done[j]) {
					rowPrice[rowOf[j]!]! += step;
					columnPrice[j]! -= step;
				} else least[j]! -= step;
			}
			column = next;
		} while (rowOf[column] !== 0);
		for (; column !== 0; column = before[column]!) rowOf[column] = rowOf[before[column]!]!;
	}
	const result = new Array<number>(rows).fill(-1);
	for (let j = 1; j <= columns; j++) if (rowOf[j]! > 0) result[rowOf[j]! - 1] = j - 1;
	return result;
}
