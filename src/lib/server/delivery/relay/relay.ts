// The relay: a loop that publishes what waits in the outbox, plans what the journal does not bring back, and sends what is due.
import type { Tracer } from '../../base/trace.ts';
import { subjects, type Bus, type Journal } from '../../bus/index.ts';
import { prune } from '../log/store.ts';
import type { Planner } from '../planning/planner.ts';
import { createPublishing } from '../publishing/publishing.ts';
import { pruneHandled, pruneResults } from '../publishing/store.ts';
import type { Clock } from './clock.ts';
import { createSending, type SendingDeps } from './sending.ts';
import { nextDueAt } from './store.ts';

const KEPT_PER_CHANNEL = 2000;
const OUTBOX_KEPT_MS = 7 * 86_400_000;
const RESULTS_KEPT_MS = 60_000;
/** More than twice as long as the journal keeps a message: what it forgot cannot come again. */
const INBOX_KEPT_MS = 15 * 86_400_000;
const TIDY_EVERY_MS = 600_000;
/** Results are many: they are kept within bounds more often. */
const BOUND_EVERY_MS = 20_000;
/** When the server stops, the journal is waited for no longer. */
const PUBLISH_WITHIN_MS = 500;

export interface RelayDeps extends Omit<SendingDeps, 'onEnded'> {
	bus: Bus;
	journal: Journal | null;
	planner: Planner;
	clock: Clock;
	tracer?: Tracer | undefined;
}

export interface Relay {
	start(): void;
	/** Something was planned, or waits. */
	wake(): void;
	/** Results that the journal never had, since the start. */
	dropped(): number;
	/** A person changed a channel, or asked for another attempt: it rests no longer. */
	revive(channelId: string): void;
	/** Sends what is due, within a short time; the rest waits for the next start. */
	stop(): Promise<void>;
}

export function createRelay({ bus, journal, planner, clock, tracer, ...deps }: RelayDeps): Relay {
	const { db, log, timing } = deps;
	const { now, pollMs, flushMs } = timing;
	const sleeper = createSleeper();
	const sending = createSending({ ...deps, onEnded: sleeper.wake });
	const publishing = createPublishing({ db, journal, log, timing, tracer });
	let running: Promise<void> | null = null;
	let stopping = false;
	let failing = false;
	const tidying = createTurns(now);

	async function loop(): Promise<void> {
		while (!stopping) {
			sleeper.ready();
			await sleeper.sleep(await passOnce());
		}
	}

	/** Answers how long nothing will be due, ms. */
	async function passOnce(): Promise<number> {
		try {
			await clock.check();
			await publishing.pass();
			await planner.planWaiting(publishing.straightBefore());
			await sending.begin(false);
			await tidy();
			const wait = await untilNext();
			failing = false;
			return wait;
		} catch (error) {
			if (!failing) log.error({ err: error }, 'the relay cannot work; what waits is kept and tried again');
			failing = true;
			return pollMs;
		}
	}

	async function tidy(): Promise<void> {
		const ago = (ms: number) => new Date(now() - ms);
		if (tidying.isDue('bound', BOUND_EVERY_MS)) {
			await publishing.bound();
			await pruneResults(db, ago(RESULTS_KEPT_MS));
		}
		if (!tidying.isDue('prune', TIDY_EVERY_MS)) return;
		await prune(db, KEPT_PER_CHANNEL);
		await pruneHandled(db, { alerts: ago(OUTBOX_KEPT_MS), inbox: ago(INBOX_KEPT_MS) });
	}

	async function untilNext(): Promise<number> {
		const due = (await nextDueAt(db, now())) ?? Infinity;
		const moments = [...sending.resumes(), due, publishing.nextChangeAt()];
		return Math.max(0, Math.min(pollMs, ...moments.map((at) => at - now())));
	}

	async function flush(): Promise<void> {
		await publishing.pass();
		// Nobody may be there to bring back what was just published; where somebody is, it is planned once all the same.
		await planner.planWaiting(Infinity);
		for (let under: Promise<void> | null = Promise.resolve(); under !== null; under = sending.next()) {
			await under;
			await sending.begin(true);
		}
	}

	async function stop(): Promise<void> {
		if (!running || stopping) return;
		stopping = true;
		sleeper.wake();
		const late = setTimeout(() => void sending.cut(), flushMs);
		const silent = setTimeout(publishing.cut, PUBLISH_WITHIN_MS);
		try {
			await running;
			await flush();
		} catch (error) {
			log.error({ err: error }, 'the outbox could not be flushed; it is taken up at the next start');
		} finally {
			clearTimeout(late);
			clearTimeout(silent);
			await sending.cut();
		}
	}

	let unsubscribe = () => {};
	return {
		wake: sleeper.wake,
		dropped: publishing.dropped,
		revive(channelId) {
			sending.revive(channelId);
			sleeper.wake();
		},
		start() {
			if (running) return;
			unsubscribe = bus.subscribe(subjects.outbox, sleeper.wake);
			running = loop();
		},
		stop() {
			unsubscribe();
			return stop();
		}
	};
}

/** Whether something is to be done again, by name. */
function createTurns(now: () => number) {
	const last = new Map<string, number>();
	return {
		isDue(name: string, everyMs: number): boolean {
			if (now() - (last.get(name) ?? -Infinity) < everyMs) return false;
			last.set(name, now());
			return true;
		}
	};
}

/** Sleep that a call ends early; a call since `ready` lets the next sleep not begin. */
function createSleeper() {
	let roused = false;
	let rouse = () => {};
	return {
		ready: () => void (roused = false),
		wake() {
			roused = true;
			rouse();
		},
		sleep(ms: number): Promise<void> {
			if (roused) return Promise.resolve();
			return new Promise((resolve) => {
				const timer = setTimeout(resolve, ms);
				rouse = () => {
					clearTimeout(timer);
					resolve();
				};
			});
		}
	};
}
