// How every bench reports: a table for people, then one line of JSON for scripts.

/** Prints rows under heads, columns padded; numbers to the right. */
export function printTable(title: string, heads: string[], rows: (string | number)[][]): void {
	const cells = [heads, ...rows.map((row) => row.map(String))];
	const widths = heads.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
	const line = (row: string[]) =>
		row
			.map((cell, column) =>
				column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
			)
			.join('  ');
	console.log(`\n${title}\n`);
	console.log(line(heads));
	console.log(widths.map((width) => '-'.repeat(width)).join('  '));
	for (const row of cells.slice(1)) console.log(line(row));
}

/** Prints the result as one line of JSON, always the last line of a bench. */
export function printJson(result: object): void {
	console.log(`\n${JSON.stringify(result)}`);
}

export const median = (values: number[]): number => {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2
		? (sorted[middle] as number)
		: ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};
