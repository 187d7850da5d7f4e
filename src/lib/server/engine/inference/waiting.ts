// What waits for an inference thread: a short queue for each asker, and whose turn is next. Pure.

export interface Waiting<T> {
	/** Items that wait, of one asker or of all. */
	count(key?: string): number;
	/** Adds an item; gives the oldest of the same asker where more than its bound would wait. */
	add(key: string, item: T): T | null;
	/**
	 * The next item whose asker's turn it is among those that are ready: who has least under way goes first, then who was
	 * served longest ago. It is under way until `done`.
	 */
	take(ready: (item: T) => boolean): { key: string; item: T } | null;
	done(key: string): void;
	/** Takes out everything that one asker has waiting. */
	remove(key: string): T[];
	/** Takes out everything. */
	clear(): T[];
}

interface Asker<T> {
	items: T[];
	underWay: number;
	/** Grows with every turn given; 0 before the first. */
	servedAt: number;
}

/** `bound` is how many items of one asker may wait. */
export function createWaiting<T>(bound: number): Waiting<T> {
	const askers = new Map<string, Asker<T>>();
	let turn = 0;

	function forgetIdle(key: string, asker: Asker<T>): void {
		if (asker.items.length === 0 && asker.underWay === 0) askers.delete(key);
	}

	function remove(key: string): T[] {
		const asker = askers.get(key);
		if (!asker) return [];
		const items = asker.items.splice(0);
		forgetIdle(key, asker);
		return items;
	}

	return {
		count: (key) =>
			key === undefined
				? [...askers.values()].reduce((sum, { items }) => sum + items.length, 0)
				: (askers.get(key)?.items.length ?? 0),
		add(key, item) {
			const asker = askers.get(key) ?? { items: [], underWay: 0, servedAt: turn };
			askers.set(key, asker);
			asker.items.push(item);
			return asker.items.length > bound ? asker.items.shift()! : null;
		},
		take(ready) {
			const able = [...askers].filter(([, { items }]) => items[0] !== undefined && ready(items[0]));
			const [first, ...rest] = able;
			if (!first) return null;
			const [key, asker] = rest.reduce((a, b) => (before(b[1], a[1]) ? b : a), first);
			asker.underWay++;
			asker.servedAt = ++turn;
			return { key, item: asker.items.shift()! };
		},
		done(key) {
			const asker = askers.get(key);
			if (!asker) return;
			asker.underWay--;
			forgetIdle(key, asker);
		},
		remove,
		clear: () => [...askers.keys()].flatMap(remove)
	};
}

function before<T>(a: Asker<T>, b: Asker<T>): boolean {
	return a.underWay === b.underWay ? a.servedAt < b.servedAt : a.underWay < b.underWay;
}
