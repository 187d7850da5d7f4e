// Rows that wait to be written: as many as may wait while the database is away, the oldest given up beyond that.
import { isDatabaseInTrouble } from '../base/outage.ts';

const ROWS_PER_BATCH = 2000;

export interface Queue {
	/** Rows that wait. */
	waiting(): number;
	/** Rows given up since the start. */
	givenUp(): number;
	/** Rows of streams that another instance runs now, since the start. */
	fenced(): number;
	/** Writes all that waits. Throws what the database said: what it refused is given up, what it did not get waits on. */
	write(): Promise<void>;
}

export interface QueueOf<Row> extends Queue {
	add(rows: readonly Row[]): void;
}

/** `insert` says how many were written; the others' leases were lost. */
export function createQueue<Row>(
	most: number,
	insert: (rows: readonly Row[]) => Promise<number>
): QueueOf<Row> {
	const rows: Row[] = [];
	let givenUp = 0;
	let fenced = 0;

	function bound(): void {
		if (rows.length > most) givenUp += rows.splice(0, rows.length - most).length;
	}

	return {
		waiting: () => rows.length,
		givenUp: () => givenUp,
		fenced: () => fenced,
		add(more) {
			rows.push(...more);
			bound();
		},
		async write() {
			while (rows.length > 0) {
				const batch = rows.splice(0, ROWS_PER_BATCH);
				try {
					fenced += batch.length - (await insert(batch));
				} catch (error) {
					if (isDatabaseInTrouble(error)) rows.unshift(...batch);
					else givenUp += batch.length;
					bound();
					throw error;
				}
			}
		}
	};
}
