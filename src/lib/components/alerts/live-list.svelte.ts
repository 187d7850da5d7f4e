// A list of the API that is read page by page, newest first, while records arrive live. Alerts and detections are such lists.
import { api, ApiError } from '../shell/api.ts';
import type { Problem } from '#lib/contracts/problem.ts';
import { append, merge, refreshed } from './merge.ts';

export interface LiveListOptions<T extends { id: string }> {
	/** Address of a page: `before` is the time of the last row of the page above. */
	path: (page: { limit: number; before?: string | undefined }) => string;
	/** ISO 8601, by which rows are ordered. */
	time: (row: T) => string;
	/** Whether a record that arrives belongs on the list. */
	belongs: (row: T) => boolean;
	pageSize: number;
	/** Rows kept at most while new ones arrive: the oldest go, and can be asked for again. */
	most: number;
}

export class LiveList<T extends { id: string }> {
	rows = $state.raw<readonly T[]>([]);
	/** Whether a page has been read for what is asked now. */
	loaded = $state(false);
	/** Why there is no list, or why what is shown may be old. */
	problem = $state.raw<Problem | null>(null);
	/** Older rows exist. */
	more = $state(false);
	/** Asking for the page after. */
	reaching = $state(false);
	readonly #options: LiveListOptions<T>;
	#asked = new AbortController();

	constructor(options: LiveListOptions<T>) {
		this.#options = options;
	}

	/** Another question: what is shown stays until the answer is there. Returns the function that gives up. */
	ask(): () => void {
		this.loaded = false;
		void this.read();
		return () => this.#asked.abort();
	}

	/** Reads the first page over what is shown; older pages stay. */
	async read(): Promise<void> {
		this.#asked.abort();
		const asked = new AbortController();
		this.#asked = asked;
		const { path, pageSize } = this.#options;
		try {
			const page = await api<T[]>(path({ limit: pageSize }), { signal: asked.signal });
			if (!asked.signal.aborted) this.#take(page);
		} catch (error) {
			if (asked.signal.aborted) return;
			if (!(error instanceof ApiError)) throw error;
			this.problem = error.problem;
		}
	}

	/** Reads the page after the last row. Throws ApiError. */
	async older(): Promise<void> {
		const last = this.rows.at(-1);
		if (!last || this.reaching) return;
		const { path, pageSize, time } = this.#options;
		const { signal } = this.#asked;
		this.reaching = true;
		try {
			const page = await api<T[]>(path({ limit: pageSize, before: time(last) }), { signal });
			if (signal.aborted) return;
			this.rows = append(this.rows, page);
			this.more = page.length >= pageSize;
		} catch (error) {
			if (!signal.aborted) throw error;
		} finally {
			this.reaching = false;
		}
	}

	/** A record began or changed. */
	hear(...records: T[]): void {
		if (!this.loaded) return;
		const { most, belongs } = this.#options;
		const options = { at: this.#at, belongs, more: this.more };
		const rows = records.reduce<readonly T[]>((all, record) => merge(all, record, options), this.rows);
		this.rows = rows.slice(0, most);
		if (rows.length > most) this.more = true;
	}

	#take(page: T[]): void {
		const more = page.length >= this.#options.pageSize;
		const kept = this.loaded ? refreshed(this.rows, page, { at: this.#at, more }) : page;
		this.more = kept.length > page.length ? this.more : more;
		this.rows = kept;
		this.loaded = true;
		this.problem = null;
	}

	#at = (row: T): number => Date.parse(this.#options.time(row));
}
