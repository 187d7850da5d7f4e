// The fleet's budget of connection attempts: a token bucket, a limit on attempts under way, and fairness between runs.

export interface BudgetOptions {
	/** Attempts that may be under way at once. */
	maxConcurrent: number;
	/** Attempts that may begin in a second, on average; `maxConcurrent` of them at once. */
	perSecond: number;
	/** An attempt whose end was never told gives its place back after this long, ms. */
	maxHoldMs: number;
	/** Monotonic clock, ms. */
	now?: () => number;
}

export const DEFAULT_BUDGET: BudgetOptions = { maxConcurrent: 8, perSecond: 10, maxHoldMs: 45_000 };

export interface ConnectionBudget {
	/**
	 * Asks for one attempt on behalf of `key`; `granted` is called when its turn comes, never before this returns.
	 * The returned function ends the attempt, or withdraws the request; calling it again does nothing.
	 */
	request(key: string, granted: () => void): () => void;
	/** Requests waiting and attempts under way. */
	load(): { waiting: number; active: number };
	close(): void;
}

interface Request {
	key: string;
	granted: () => void;
	expiry: NodeJS.Timeout | null;
}

/**
 * Whoever has waited longest since its last turn goes first, so that a camera that comes back is not queued behind
 * twenty that never answer, and none of those starves either.
 */
export function createConnectionBudget(options: BudgetOptions = DEFAULT_BUDGET): ConnectionBudget {
	const now = options.now ?? (() => performance.now());
	const waiting: Request[] = [];
	const active = new Set<Request>();
	/** When each key had its last turn, oldest first: insertion order is the order of turns. Bounded by `remember`. */
	const turns = new Map<string, number>();
	let turn = 0;
	let tokens = options.maxConcurrent;
	let refilledAt = now();
	let timer: NodeJS.Timeout | null = null;
	let closed = false;

	function refill(): void {
		const at = now();
		tokens = Math.min(options.maxConcurrent, tokens + ((at - refilledAt) * options.perSecond) / 1000);
		refilledAt = at;
	}

	function grantNext(): void {
		timer = null;
		refill();
		while (waiting.length > 0 && active.size < options.maxConcurrent && tokens >= 1) {
			tokens--;
			grant(takeFairest());
		}
		const tokenMissing = waiting.length > 0 && active.size < options.maxConcurrent;
		if (tokenMissing) schedule(Math.ceil(((1 - tokens) * 1000) / options.perSecond));
	}

	function schedule(delayMs: number): void {
		if (!closed) timer ??= setTimeout(grantNext, delayMs);
	}

	function takeFairest(): Request {
		let best = 0;
		waiting.forEach((request, i) => {
			if ((turns.get(request.key) ?? -1) < (turns.get(waiting[best]!.key) ?? -1)) best = i;
		});
		return waiting.splice(best, 1)[0]!;
	}

	function grant(request: Request): void {
		remember(turns, request.key, turn++);
		active.add(request);
		request.expiry = setTimeout(() => end(request), options.maxHoldMs);
		request.granted();
	}

	function end(request: Request): void {
		if (request.expiry) clearTimeout(request.expiry);
		const index = waiting.indexOf(request);
		if (index >= 0) waiting.splice(index, 1);
		if (active.delete(request) || index >= 0) schedule(0);
	}

	return {
		request(key, granted) {
			const request: Request = { key, granted, expiry: null };
			waiting.push(request);
			schedule(0);
			return () => end(request);
		},
		load: () => ({ waiting: waiting.length, active: active.size }),
		close() {
			closed = true;
			if (timer) clearTimeout(timer);
			waiting.length = 0;
			for (const request of active) if (request.expiry) clearTimeout(request.expiry);
			active.clear();
		}
	};
}

/** Keys whose last turn is remembered; one forgotten counts as new. */
const MAX_REMEMBERED = 2000;

function remember(turns: Map<string, number>, key: string, turn: number): void {
	turns.delete(key);
	turns.set(key, turn);
	if (turns.size <= MAX_REMEMBERED) return;
	const [oldest] = turns.keys();
	turns.delete(oldest!);
}
