// How long the fleet's own statements take, as an instance sees it: from asking, the wait for a connection included, to the answer.
import type { Db, Line } from '#lib/server/db/index.ts';

export interface Tally {
	renewals: number[];
	claims: number[];
	longestGapMs: number;
	reset(): void;
}

/** The line that the leases are given, and what is counted on the way. */
export function tallied(line: Line): { line: Line; tally: Tally } {
	let answeredAt: number | null = null;
	const tally: Tally = {
		renewals: [],
		claims: [],
		longestGapMs: 0,
		reset() {
			tally.renewals = [];
			tally.claims = [];
			tally.longestGapMs = 0;
		}
	};

	async function timed(kind: 'renewals' | 'claims', work: () => PromiseLike<unknown>): Promise<unknown> {
		const began = performance.now();
		const answer = await work();
		const now = performance.now();
		tally[kind].push(now - began);
		if (kind === 'renewals') {
			if (answeredAt !== null) tally.longestGapMs = Math.max(tally.longestGapMs, now - answeredAt);
			answeredAt = now;
		}
		return answer;
	}

	const watched = new WeakMap<Db, Db>();
	const watch = (db: Db) =>
		new Proxy(db, {
			get(target, name) {
				const member: unknown = Reflect.get(target, name);
				if (name !== 'execute' || typeof member !== 'function') return member;
				return (query: unknown) => {
					const work = () => member.call(target, query) as PromiseLike<unknown>;
					const kind = kindOf(query);
					return kind === null ? work() : timed(kind, work);
				};
			}
		});
	function db(): Db {
		const now = line.db();
		const known = watched.get(now) ?? watch(now);
		watched.set(now, known);
		return known;
	}
	return { line: { ...line, db }, tally };
}

/** Known by the names that the fleet's statements give their parts. */
function kindOf(query: unknown): 'renewals' | 'claims' | null {
	const words = wordsOf(query, 0);
	if (words.includes('with beaten as')) return 'renewals';
	return words.includes('with picked as') ? 'claims' : null;
}

function wordsOf(query: unknown, depth: number): string {
	if (typeof query !== 'object' || query === null || depth > 2) return '';
	if ('value' in query && Array.isArray(query.value)) return query.value.join('');
	if (!('queryChunks' in query) || !Array.isArray(query.queryChunks)) return '';
	return query.queryChunks.map((chunk) => wordsOf(chunk, depth + 1)).join(' ');
}
