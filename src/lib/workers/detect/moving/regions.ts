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
 * The regions of a mask of columns * rows cells: 0 outside, 1 inside, 2 strongly so, 3 light alone, which is outside too. Writes to `labels` each masked cell's
 * region, counted from 1, and 0 elsewhere.
 */
export function findRegions(mask: Uint8Array, columns: number, rows: number, labels: Uint16Array): Region[] {
	const runs: Run[] = [];
	let [before, last] = [0, 0]; // first runs of the two rows above
	for (let row = 0; row < rows; row++) {
		const start = runs.length;
		collectRuns(mask, row, columns, runs);
		connect(runs, before, start);
		[before, last] = [last, start];
	}
	return gather(runs, columns, labels);
}

function collectRuns(mask: Uint8Array, row: number, columns: number, runs: Run[]): void {
	const start = row * columns;
	let run: Run | null = null;
	let light = 0;
	for (let column = 0; column < columns; column++) {
		const value = mask[start + column] as number;
		if (value === 3) light++;
		if (value === 0 || value === 3) continue;
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
}

/** Joins the runs from `start` on with those of the rows above, from `above` on, that they touch. */
function connect(runs: Run[], above: number, start: number): void {
	for (let k = start; k < runs.length; k++) {
		const { left, right } = runs[k]!;
		for (let other = above; other < start; other++) {
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
			regions.push({ left, right, top: row, bottom: row, cells: 0, strong: 0 });
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
