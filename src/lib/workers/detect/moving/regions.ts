// Connected regions of a mask, by runs: small gaps are bridged, and each region's box and figures come with it.

/** Cells that differ less than this many columns or rows apart belong together. */
const GAP = 1;
/** So many columns of light alone are bridged too: the flat side of a thing looks like it. */
const LIGHT_GAP = 3;

/** Columns and rows of the raster, both ends included. */
export interface Region {
	left: number;
	top: number;
	right: number;
	bottom: number;
	/** Cells of the mask in it. */
	cells: number;
	/** Cells that differ strongly. */
	strong: number;
	/** The region it was parted from, by what the flow says; null where it is whole. */
	partOf: number | null;
}

interface Run {
	left: number;
	right: number;
	row: number;
	cells: number;
	strong: number;
	/** Index of another run of the same region; its own where it is the first. */
	parent: number;
}

/**
 * The regions of a mask: 0 outside, 1 inside, 2 strongly so, 3 light alone, which is outside too. `cells` are those
 * that are not 0, row by row. Writes to `labels` each masked cell's region, counted from 1, and 0 elsewhere.
 */
export function findRegions(
	mask: Uint8Array,
	cells: Int32Array,
	columns: number,
	labels: Uint16Array
): Region[] {
	const runs: Run[] = [];
	for (let next = 0; next < cells.length;) {
		const row = Math.floor((cells[next] as number) / columns);
		const start = runs.length;
		next = collectRuns(mask, cells, next, row, columns, runs);
		connect(runs, start, row - GAP - 1);
	}
	return gather(runs, columns, labels);
}

/** Collects the runs of one row, whose cells begin at `next`; returns where the next row's begin. */
function collectRuns(
	mask: Uint8Array,
	cells: Int32Array,
	next: number,
	row: number,
	columns: number,
	runs: Run[]
): number {
	const start = row * columns;
	let run: Run | null = null;
	let light = 0;
	for (; next < cells.length && (cells[next] as number) < start + columns; next++) {
		const column = (cells[next] as number) - start;
		const value = mask[start + column] as number;
		if (value === 3) {
			light++;
			continue;
		}
		const gap = run === null ? 0 : column - run.right - 1;
		if (run === null || gap > (light >= gap - 1 ? LIGHT_GAP : GAP)) {
			run = { left: column, right: column, row, cells: 0, strong: 0, parent: runs.length };
			runs.push(run);
		}
		run.right = column;
		light = 0;
		run.cells++;
		if (value === 2) run.strong++;
	}
	return next;
}

/** Joins the runs from `start` on with those of the rows above, down to `topRow`, that they touch. */
function connect(runs: Run[], start: number, topRow: number): void {
	for (let k = start; k < runs.length; k++) {
		const { left, right } = runs[k]!;
		for (let other = start - 1; other >= 0 && runs[other]!.row >= topRow; other--) {
			const upper = runs[other]!;
			if (upper.left <= right + 1 && upper.right >= left - 1) join(runs, k, other);
		}
	}
}

function rootOf(runs: Run[], k: number): number {
	let root = k;
	while (runs[root]!.parent !== root) root = runs[root]!.parent;
	for (let next = k; next !== root;) {
		const { parent } = runs[next]!;
		runs[next]!.parent = root;
		next = parent;
	}
	return root;
}

function join(runs: Run[], a: number, b: number): void {
	const [first, second] = [rootOf(runs, a), rootOf(runs, b)];
	runs[Math.max(first, second)]!.parent = Math.min(first, second);
}

function gather(runs: Run[], columns: number, labels: Uint16Array): Region[] {
	labels.fill(0);
	const regions: Region[] = [];
	const numbers = new Map<number, number>();
	runs.forEach(({ left, right, row, cells, strong }, k) => {
		const root = rootOf(runs, k);
		let number = numbers.get(root);
		if (number === undefined) {
			regions.push({ left, right, top: row, bottom: row, cells: 0, strong: 0, partOf: null });
			numbers.set(root, (number = regions.length));
		}
		labels.fill(number, row * columns + left, row * columns + right + 1);
		const region = regions[number - 1]!;
		region.left = Math.min(region.left, left);
		region.right = Math.max(region.right, right);
		region.bottom = row;
		region.cells += cells;
		region.strong += strong;
	});
	return regions;
}
