// Rolls up once a minute, one instance at a time, in bounded steps from the oldest to the newest: after an outage it catches up.
import { setTimeout as sleep } from 'node:timers/promises';
import { causeChain } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { floor, HOUR_MS, hoursDue, MINUTE_MS, minutesDue } from './rules.ts';
import {
	alone,
	nextMinute,
	nextSecond,
	readProgress,
	rollUpHours,
	rollUpMinutes,
	rollUpPerformance,
	type Executor,
	type RollupDatabase,
	type Window
} from './store.ts';

export interface Roller {
	start(): void;
	/** Something of that moment (ms) was written: its minute is looked at again, however long ago it was. */
	wrote(at: number): void;
	/** One round, now. Throws what fails; what was not reached is gone through with the next. */
	round(): Promise<void>;
	stop(): Promise<void>;
}

/** What is rolled up, a step after the other. */
interface Kind {
	/** The first moment of the window that there is anything of. */
	next(tx: Executor, window: Window): Promise<Date | null>;
	work(tx: Executor, window: Window): Promise<void>;
	/** In one transaction. */
	atOnceMs: number;
}

/** After the minute: its last seconds are written by then. Spread, so that instances do not meet. */
const AFTER_MS = 5000;
const SPREAD_MS = 3000;
const BREATH_MS = 20;
const COMPLAIN_EVERY_MS = 10 * MINUTE_MS;

export function createRoller(db: RollupDatabase, log: Logger): Roller {
	const stopping = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	let working: Promise<void> = Promise.resolve();
	let complainedAt = -Infinity;
	let cleanMinute: number | null = null;
	let cleanHour: number | null = null;
	let late: number | null = null;
	let lateHour: number | null = null;
	let failure: unknown = null;

	const minutes: Kind = { next: nextSecond, work: minutesOf, atOnceMs: 5 * MINUTE_MS };
	const hours: Kind = { next: nextMinute, work: hoursOf, atOnceMs: 12 * HOUR_MS };
	const stopped = () => stopping.signal.aborted;
	const earlier = (one: number | null, other: number) => (one === null ? other : Math.min(one, other));

	async function round(): Promise<void> {
		const { now, newestMinute, newestHour } = await readProgress(db);
		failure = null;
		await roundOfMinutes(now.getTime(), newestMinute?.getTime() ?? null);
		if (failure === null) await roundOfHours(now.getTime(), newestHour?.getTime() ?? null);
		if (failure !== null) throw failure;
	}

	async function roundOfMinutes(now: number, newest: number | null): Promise<void> {
		const due = minutesDue({ now, newest, clean: cleanMinute, late });
		const before = late;
		// What is written from here on is for the next round.
		late = null;
		if (!due) return;
		const done = await through(due, minutes);
		if (done < due.to) late = earlier(late, Math.min(done, before ?? Infinity));
		else cleanMinute = done;
	}

	async function roundOfHours(now: number, newest: number | null): Promise<void> {
		const due = hoursDue({ now, newest, clean: cleanHour, late: lateHour });
		lateHour = null;
		const done = await through(due, hours);
		if (done < due.to) lateHour = done;
		else cleanHour = done;
	}

	async function minutesOf(tx: Executor, window: Window): Promise<void> {
		const { oldest } = await rollUpMinutes(tx, window);
		await rollUpPerformance(tx, window);
		if (oldest) lateHour = earlier(lateHour, oldest.getTime());
	}

	async function hoursOf(tx: Executor, window: Window): Promise<void> {
		await rollUpHours(tx, window);
	}

	/** Says how far it came: somebody else may be at it, it may fail, or all of this may end. */
	async function through(
		{ from, to }: { from: number; to: number },
		{ next, work, atOnceMs }: Kind
	): Promise<number> {
		let done = from;
		while (done < to && !stopped()) {
			const at = done;
			const step = async (tx: Executor) => {
				const found = await next(tx, { from: new Date(at), to: new Date(to) });
				const begin = found === null ? to : floor(found.getTime(), atOnceMs);
				const window = { from: Math.max(at, begin), to: Math.min(to, begin + atOnceMs) };
				if (window.from < to) await work(tx, { from: new Date(window.from), to: new Date(window.to) });
				done = window.to;
			};
			const mine = await alone(db, step).catch((error: unknown) => {
				failure = error;
				done = at;
				return false;
			});
			if (!mine) return done;
			if (done < to) await sleep(BREATH_MS, undefined, { signal: stopping.signal }).catch(() => {});
		}
		return done;
	}

	async function guarded(): Promise<void> {
		try {
			await round();
		} catch (error) {
			if (performance.now() - complainedAt < COMPLAIN_EVERY_MS) return;
			complainedAt = performance.now();
			log.warn(
				{ cause: causeChain(error) },
				'could not roll up what was stored; it is tried again in a minute'
			);
		}
	}

	function next(): void {
		const untilMinute = MINUTE_MS - (Date.now() % MINUTE_MS);
		timer = setTimeout(
			() => {
				working = guarded().then(() => {
					if (!stopped()) next();
				});
			},
			untilMinute + AFTER_MS + Math.random() * SPREAD_MS
		);
	}

	return {
		round,
		start: next,
		wrote: (at) => void (late = earlier(late, at)),
		async stop() {
			stopping.abort();
			clearTimeout(timer);
			await working;
		}
	};
}
