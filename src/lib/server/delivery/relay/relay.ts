// The relay: a loop that writes deliveries for what waits in the outbox, and sends what is due.
import type { AlertRecord } from '#lib/contracts/alert.ts';
import { subjects, type Bus } from '../../bus/index.ts';
import { prune } from '../log/store.ts';
import { planDeliveries } from '../planning/store.ts';
import { judge } from '../rules.ts';
import { createSending, type SendingDeps } from './sending.ts';
import { nextDueAt } from './store.ts';
import { TIMING, type RelayTiming } from './timing.ts';

const BATCH = 20;
const KEPT_PER_CHANNEL = 2000;
const OUTBOX_KEPT_MS = 7 * 86_400_000;
const TIDY_EVERY_MS = 600_000;

export interface RelayDeps extends Pick<SendingDeps, 'db' | 'log' | 'attempt' | 'count'> {
	bus: Bus;
	timing?: Partial<RelayTiming>;
}

export interface Relay {
	start(): void;
	/** A person changed a channel, or asked for another attempt: it rests no longer. */
	revive(channelId: string): void;
	/** Sends what is due, within a short time; the rest waits for the next start. */
	stop(): Promise<void>;
}

export function createRelay({ bus, timing: given, ...deps }: RelayDeps): Relay {
	const { db, log } = deps;
	const timing = { ...TIMING, ...given };
	const { now, pollMs, flushMs } = timing;
	const sleeper = createSleeper();
	const sending = createSending({ ...deps, timing, onEnded: sleeper.wake });
	let running: Promise<void> | null = null;
	let stopping = false;
	let failing = false;
	let tidiedAt = -Infinity;

	async function loop(): Promise<void> {
		while (!stopping) {
			sleeper.ready();
			await sleeper.sleep(await passOnce());
		}
	}

	/** Answers how long nothing will be due, ms. */
	async function passOnce(): Promise<number> {
		try {
			await plan();
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

	/** Until nothing is taken: fewer than a batch may also mean that an end waited for its beginning. */
	async function plan(): Promise<void> {
		for (let taken = 1; taken > 0;) {
			const planned = await planDeliveries(db, { batch: BATCH, now: now(), judge, firstAttemptAt });
			for (const type of planned.heldBack) deps.count(type, 'held_back');
			taken = planned.taken;
		}
	}

	function firstAttemptAt({
		event,
		alert,
		createdAt
	}: {
		event: string;
		alert: AlertRecord;
		createdAt: Date;
	}) {
		const waits = event === 'alert.firing' && alert.snapshot_url === null && alert.snapshot_problem === null;
		return createdAt.getTime() + (waits ? timing.pictureWaitMs : 0);
	}

	async function tidy(): Promise<void> {
		if (now() - tidiedAt < TIDY_EVERY_MS) return;
		tidiedAt = now();
		await prune(db, KEPT_PER_CHANNEL, new Date(now() - OUTBOX_KEPT_MS));
	}

	async function untilNext(): Promise<number> {
		const moments = [...sending.resumes(), (await nextDueAt(db, now())) ?? Infinity];
		return Math.max(0, Math.min(pollMs, ...moments.map((at) => at - now())));
	}

	async function flush(): Promise<void> {
		await plan();
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
		try {
			await running;
			await flush();
		} catch (error) {
			log.error({ err: error }, 'the outbox could not be flushed; it is taken up at the next start');
		} finally {
			clearTimeout(late);
			await sending.cut();
		}
	}

	let unsubscribe = () => {};
	return {
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
