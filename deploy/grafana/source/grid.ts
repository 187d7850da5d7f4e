// Lays rows of panels on Grafana's grid of 24 columns, numbers them, and makes the dashboard of them.
import { PROMETHEUS, type LoosePanel } from './panels.ts';
import type { PanelFile, RowFile } from './schema.ts';

export const COLUMNS = 24;
const HEADER_HEIGHT = 1;

export interface Row {
	title: string;
	/** Grid units of about 30 px. */
	height: number;
	/** From left to right; what does not fit goes on below. */
	panels: LoosePanel[];
}

export type Placed = (PanelFile | RowFile) & { title: string };

/** The panels of all rows, each row under a header of its own, numbered from 1 in the order of reading. */
export function layOut(rows: readonly Row[]): Placed[] {
	const placed: Placed[] = [];
	let y = 0;
	for (const { title, height, panels } of rows) {
		// A title opens a section; without one the panels go on in the section above.
		if (title !== '') {
			const gridPos = { x: 0, y, w: COLUMNS, h: HEADER_HEIGHT };
			placed.push({ id: placed.length + 1, type: 'row', title, gridPos, collapsed: false, panels: [] });
			y += HEADER_HEIGHT;
		}
		let x = 0;
		for (const { width, ...panel } of panels) {
			if (x + width > COLUMNS) [x, y] = [0, y + height];
			const gridPos = { x, y, w: width, h: height };
			placed.push({ id: placed.length + 1, gridPos, datasource: PROMETHEUS, ...panel });
			x += width;
		}
		y += height;
	}
	return placed;
}
