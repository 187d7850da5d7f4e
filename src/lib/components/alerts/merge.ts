// A page of a list, newest first, into which records arrive while it is read. Pure.

export interface Dated {
	id: string;
}

export interface MergeOptions<T extends Dated> {
	/** ms since the epoch by which rows are ordered. */
	at: (row: T) => number;
	/** Whether a record belongs on the list. */
	belongs: (row: T) => boolean;
	/** Older rows exist that are not loaded: what is older than the last one loaded waits for its page. */
	more: boolean;
}

/** The rows with `record` put where it belongs, changed in place, or taken out. The same array when nothing changes. */
export function merge<T extends Dated>(
	rows: readonly T[],
	record: T,
	options: MergeOptions<T>
): readonly T[] {
	const at = rows.findIndex((row) => row.id === record.id);
	if (!options.belongs(record)) return at === -1 ? rows : rows.toSpliced(at, 1);
	if (at !== -1) return rows.with(at, record);
	const place = rows.findIndex((row) => options.at(row) <= options.at(record));
	if (place === -1) return options.more ? rows : [...rows, record];
	return rows.toSpliced(place, 0, record);
}

/** The rows with an older page after them; what both hold is kept once. */
export function append<T extends Dated>(rows: readonly T[], older: readonly T[]): T[] {
	const known = new Set(rows.map((row) => row.id));
	return [...rows, ...older.filter((row) => !known.has(row.id))];
}

/** A first page read anew over the rows there are: older pages stay, what the new page no longer holds within its reach goes. */
export function refreshed<T extends Dated>(
	rows: readonly T[],
	page: readonly T[],
	{ at, more }: Pick<MergeOptions<T>, 'at' | 'more'>
): T[] {
	const oldest = page.at(-1);
	if (!more || !oldest) return [...page];
	return append(
		page,
		rows.filter((row) => at(row) < at(oldest))
	);
}
