// The relay: a loop that writes deliveries for what waits in the outbox, and sends what is due.
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { ChannelType } from '#lib/contracts/channel.ts';
import type { Logger } from '../../base/log.ts';
import { subjects, type Bus } from '../../bus/index.ts';
import type { ChannelRow, DeliveryDatabase } from '../channels/store.ts';
import { prune } from '../log/store.ts';
import { DeliveryError } from '../senders/sender.ts';
import { judge, schedule, type Schedule } from '../rules.ts';
import * as store from './store.ts';

export interface RelayTiming {
	/** Ms since the epoch. */
	now: () => number;
	schedule: Schedule;
	/** An alert's picture is usually there after so long. */
	pictureWaitMs: number;
	/** The longest sleep: what no message on the bus told of is found by then. */
	pollMs: number;
	/** After a crash in the middle of an attempt, the next one comes so much later. Longer than any attempt. */
	leaseMs: number;
	/** A channel that nobody answers at rests at most so long while deliveries wait for it. */
	restMs: number;
	/** For what is due when the server stops. */
	flushMs: number;
}

const TIMING: RelayTiming = {
	now: Date.now,
	schedule,
	pictureWaitMs: 1200,
	pollMs: 5000,
	leaseMs: 60_000,
	restMs: 60_000,
	flushMs: 2500
};
const BATCH = 20;
const AT_ONCE = 8;
const KEPT_PER_CHANNEL = 2000;
const OUTBOX_KEPT_MS = 7 * 86_400_000;
const TIDY_EVERY_MS = 600_000;

export type DeliveryOutcome = 'delivered' | 'failed' | 'retried' | 'held_back';

export interface RelayDeps {
	db: DeliveryDatabase;
	bus: Bus;
	log: Logger;
	/** One attempt; answers what the other side said. Throws DeliveryError, or the signal's reason. */
	attempt: (delivery: store.Delivery, channel: ChannelRow, signal: AbortSignal) => Promise<string>;
	count: (type: ChannelType, outcome: DeliveryOutcome) => void;
	timing?: Partial<RelayTiming>;
}

export interface Relay {
	start(): void;
	/** A person changed a channel, or asked for another attempt: it rests no longer. */
	revive(channelId: string): void;
	/** Sends what is due, within a short time; the rest waits for the next start. */
	stop(): Promise<void>;
}

export function createRelay({ db, bus, log, attempt, count, timing }: RelayDeps): Relay {
	const { now, schedule, pictureWaitMs, pollMs, leaseMs, restMs, flushMs } = { ...TIMING, ...timing };
	const cut = new AbortController();
	/** Attempts under way, by channel: one at a time each. */
	const inFlight = new Map<string, Promise<void>>();
	/** Channels that nobody answered at, and until when they rest. */
	const inTrouble = new Map<string, number>();
	/** Channels whose last attempt was taken. */
	const healthy = new Set<string>();
	let running: Promise<void> | null = null;
	let stopping = false;
	let rouse = () => {};
	let roused = false;
	let failing = false;
	let tidiedAt = -Infinity;

	async function loop(): Promise<void> {
		while (!stopping) {
			roused = false;
			await sleep(await passOnce());
		}
	}

	/** Answers how long nothing will be due, ms. */
	async function passOnce(): Promise<number> {
		try {
			await plan();
			await sendDue(false);
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

	async function plan(): Promise<void> {
		for (;;) {
			const { taken, heldBack } = await store.planDeliveries(db, {
				batch: BATCH,
				now: now(),
				judge,
				firstAttemptAt
			});
			for (const type of heldBack) count(type, 'held_back');
			// Fewer than a batch may also mean that an end waited for its beginning: nothing taken is the end.
			if (taken === 0) return;
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
		const waitsForPicture =
			event === 'alert.firing' && alert.snapshot_url === null && alert.snapshot_problem === null;
		return createdAt.getTime() + (waitsForPicture ? pictureWaitMs : 0);
	}

	async function sendDue(hurry: boolean): Promise<void> {
		while (inFlight.size < AT_ONCE && !cut.signal.aborted) {
			const resting = [...inTrouble].filter(([, until]) => until > now()).map(([id]) => id);
			const claimed = await store.claimNext(db, {
				now: now(),
				leaseMs,
				busy: [...inFlight.keys(), ...resting],
				inTrouble: [...inTrouble.keys()],
				hurry
			});
			if (!claimed) return;
			const { channel, delivery } = claimed;
			const work = deliver(delivery, channel).finally(() => {
				inFlight.delete(channel.id);
				wake();
			});
			inFlight.set(channel.id, work);
		}
	}

	/** Never rejects: what cannot be written down is tried again once its lease is over, under the same key. */
	async function deliver(delivery: store.Delivery, channel: ChannelRow): Promise<void> {
		try {
			if (!channel.enabled) return await holdBack(delivery, channel);
			const answer = await attempt(delivery, channel, cut.signal);
			await store.settle(db, delivery, { state: 'delivered', answer, at: now() });
			count(channel.type, 'delivered');
			await recovered(channel);
		} catch (error) {
			await failed(delivery, channel, error).catch((problem: unknown) =>
				log.error({ err: problem, delivery: delivery.id }, 'how a delivery ended could not be written down')
			);
		}
	}

	async function holdBack(delivery: store.Delivery, channel: ChannelRow): Promise<void> {
		await store.settle(db, delivery, { state: 'held_back', answer: 'The channel is switched off.' });
		count(channel.type, 'held_back');
	}

	async function recovered(channel: ChannelRow): Promise<void> {
		if (inTrouble.delete(channel.id)) log.info({ channel: channel.name }, 'a channel takes deliveries again');
		if (healthy.has(channel.id)) return;
		healthy.add(channel.id);
		// What is due within a lease may be another instance's attempt under way; it comes soon enough by itself.
		await store.wakeChannel(db, channel.id, now(), now() + leaseMs);
	}

	async function failed(delivery: store.Delivery, channel: ChannelRow, error: unknown): Promise<void> {
		if (cut.signal.aborted) return store.giveBack(db, delivery, now());
		if (!(error instanceof DeliveryError)) throw error;
		const { kind, message, retryAfterS } = error;
		const ageMs = now() - delivery.created_at.getTime();
		const waitMs = schedule({ kind, attempts: delivery.attempts, ageMs, retryAfterS });
		if (kind === 'unreachable')
			rest(channel, message, Math.min(waitMs ?? restMs, Math.max(restMs, (retryAfterS ?? 0) * 1000)));
		else inTrouble.delete(channel.id);
		count(channel.type, waitMs === null ? 'failed' : 'retried');
		if (waitMs === null) {
			log.warn({ channel: channel.name, delivery: delivery.id, why: message }, 'a delivery is given up');
			return store.settle(db, delivery, { state: 'failed', answer: message });
		}
		return store.settle(db, delivery, { state: 'pending', answer: message, nextAt: now() + waitMs });
	}

	function rest(channel: ChannelRow, why: string, ms: number): void {
		if (!inTrouble.has(channel.id)) log.warn({ channel: channel.name, why }, 'a channel does not answer');
		inTrouble.set(channel.id, now() + ms);
		healthy.delete(channel.id);
	}

	async function tidy(): Promise<void> {
		if (now() - tidiedAt < TIDY_EVERY_MS) return;
		tidiedAt = now();
		await prune(db, KEPT_PER_CHANNEL, new Date(now() - OUTBOX_KEPT_MS));
	}

	async function untilNext(): Promise<number> {
		const resumes = [...inTrouble.values()].filter((until) => until > now());
		const due = await store.nextDueAt(db, now());
		return Math.max(0, Math.min(pollMs, ...[...resumes, due ?? Infinity].map((at) => at - now())));
	}

	function sleep(ms: number): Promise<void> {
		if (roused || stopping) return Promise.resolve();
		return new Promise((resolve) => {
			const timer = setTimeout(resolve, ms);
			rouse = () => {
				clearTimeout(timer);
				resolve();
			};
		});
	}

	function wake(): void {
		roused = true;
		rouse();
	}

	async function flush(): Promise<void> {
		await plan();
		for (;;) {
			await sendDue(true);
			if (inFlight.size === 0 || cut.signal.aborted) return;
			await Promise.race(inFlight.values());
		}
	}

	let unsubscribe = () => {};
	return {
		revive(channelId) {
			inTrouble.delete(channelId);
			healthy.delete(channelId);
			wake();
		},
		start() {
			if (running) return;
			unsubscribe = bus.subscribe(subjects.outbox, wake);
			running = loop();
		},
		async stop() {
			if (!running || stopping) return;
			stopping = true;
			unsubscribe();
			wake();
			const late = setTimeout(() => cut.abort(new Error('the server stops')), flushMs);
			try {
				await running;
				await flush();
			} catch (error) {
				log.error({ err: error }, 'the outbox could not be flushed; it is taken up at the next start');
			} finally {
				clearTimeout(late);
				cut.abort(new Error('the server stops'));
				await Promise.all(inFlight.values());
			}
		}
	};
}
