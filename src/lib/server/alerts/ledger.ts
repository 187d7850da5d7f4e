// What rules have said and is not written yet: in order for each rule, kept while the database is away, bounded.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RuleState } from '#lib/contracts/alert.ts';
import { backoffMs } from '../base/backoff.ts';
import { causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { isDatabaseInTrouble } from '../base/outage.ts';

/** A state, the fencing token under which it was said, and what was taken along at its moment. */
export interface Entry<T> {
	state: RuleState;
	/** Null: said of a stream that nobody ran. */
	token: number | null;
	taken: T;
}

export interface Ledger<T> {
	/** Told twice, a state is one. */
	take(entry: Entry<T>): void;
	/** Something else to be done as soon as the database allows; a key that waits already waits once. */
	todo(key: string, work: () => Promise<void>): void;
	/** States and tasks that wait. */
	readonly waiting: number;
	/** Resolves when nothing waits. */
	idle(): Promise<void>;
	/** Takes nothing more, and writes what waits for at most `limitMs`. */
	stop(limitMs: number): Promise<void>;
}

export interface LedgerOptions<T> {
	/** Brings what is stored to what was said. Called again with the same when it fails. */
	write(entry: Entry<T>): Promise<void>;
	log: Pick<Logger, 'warn' | 'error'>;
	/** Ceilings of the waits between attempts, ms. */
	backoff?: { baseMs: number; capMs: number };
}

const MAX_RULES = 10_000;
/** Begins and ends that one rule may have waiting: an hour of a flickering one. */
const MAX_PER_RULE = 240;
/** A write that fails for another reason than an outage is given up after so many attempts: it would fail for ever. */
const MAX_REFUSALS = 5;
const COMPLAIN_EVERY_MS = 30_000;

interface Task {
	work: () => Promise<void>;
	refusals: number;
}

export function createLedger<T>({
	write,
	log,
	backoff = { baseMs: 500, capMs: 10_000 }
}: LedgerOptions<T>): Ledger<T> {
	const rules = new Map<string, { entries: Entry<T>[]; refusals: number }>();
	const tasks = new Map<string, Task>();
	const stopping = new AbortController();
	let running: Promise<void> | null = null;
	let closed = false;
	let failures = 0;
	let lost = 0;
	let complainedAt = -Infinity;

	function take(entry: Entry<T>): void {
		if (closed) return;
		const { ruleId } = entry.state;
		const known = rules.get(ruleId);
		if (!known && rules.size >= MAX_RULES) {
			lost++;
			return complain(new Error('too many rules wait'));
		}
		const queue = known ?? { entries: [], refusals: 0 };
		rules.set(ruleId, queue);
		append(queue.entries, entry);
		wake();
	}

	function todo(key: string, work: () => Promise<void>): void {
		if (closed) return;
		// Set anew: what is under way may have read before the change that this is about.
		tasks.set(key, { work, refusals: 0 });
		wake();
	}

	function wake(): void {
		running ??= drain().finally(() => {
			running = null;
			if (rules.size + tasks.size > 0 && !stopping.signal.aborted) wake();
		});
	}

	/** One thing after another, rule by rule in turn; an outage stops all of them until the database is back. */
	async function drain(): Promise<void> {
		while (rules.size + tasks.size > 0 && !stopping.signal.aborted) {
			try {
				await (tasks.size > 0 ? oneTask() : oneEntry());
				failures = 0;
			} catch (error) {
				complain(error);
				const waitMs = Math.max(50, backoffMs(++failures, backoff));
				await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => {});
			}
		}
	}

	async function oneTask(): Promise<void> {
		const [key, task] = tasks.entries().next().value!;
		try {
			await task.work();
		} catch (error) {
			if (isDatabaseInTrouble(error) || ++task.refusals < MAX_REFUSALS) throw error;
			log.error({ err: error, task: key }, 'gave up a task of the alerts');
		}
		if (tasks.get(key) === task) tasks.delete(key);
	}

	async function oneEntry(): Promise<void> {
		const [ruleId, queue] = rules.entries().next().value!;
		const entry = queue.entries[0]!;
		try {
			await write(entry);
		} catch (error) {
			if (isDatabaseInTrouble(error)) throw error;
			rules.delete(ruleId);
			rules.set(ruleId, queue); // the others first
			if (++queue.refusals < MAX_REFUSALS) throw error;
			log.error(
				{ err: error, ruleId, state: entry.state.state },
				'an alert could not be written and is given up'
			);
		}
		queue.refusals = 0;
		rules.delete(ruleId);
		queue.entries.shift();
		if (queue.entries.length > 0) rules.set(ruleId, queue);
	}

	function complain(error: unknown): void {
		if (performance.now() - complainedAt < COMPLAIN_EVERY_MS) return;
		complainedAt = performance.now();
		log.warn(
			{ cause: causeChain(error), rules: rules.size, lost },
			'could not write alerts; what rules say is kept and it is tried again'
		);
	}

	return {
		take,
		todo,
		get waiting() {
			let count = tasks.size;
			for (const { entries } of rules.values()) count += entries.length;
			return count;
		},
		async idle() {
			while (running) await running;
		},
		async stop(limitMs) {
			closed = true;
			const limit = sleep(limitMs, undefined, { ref: false });
			await Promise.race([running, limit]);
			stopping.abort();
			await Promise.race([running, limit]);
		}
	};
}

/**
 * Adds a state after the last one. The same twice under one token is once; under another it is said anew, as the first may be refused.
 * A rule that has too many waiting has its newest breaches joined to one, which keeps its begin: a longer alert instead of none.
 */
function append<T>(entries: Entry<T>[], entry: Entry<T>): void {
	const last = entries.at(-1);
	const isSame = last?.state.state === entry.state.state;
	const isFull = entries.length >= MAX_PER_RULE;
	if (last && isSame && (isFull || last.token === entry.token)) {
		last.token = entry.token;
		// Later news of the same level knows the peak better.
		if (entry.state.state === 'firing')
			last.state = { ...last.state, peak: entry.state.peak ?? last.state.peak };
		return;
	}
	if (isFull && entry.state.state === 'firing') {
		entries.pop();
		entries.at(-1)!.token = entry.token;
		return;
	}
	entries.push(entry);
}
