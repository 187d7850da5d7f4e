// Sending what is due: one delivery at a time each channel, a few channels at once, and a rest for those that do not answer.
import type { ChannelType } from '#lib/contracts/channel.ts';
import type { Logger } from '../../base/log.ts';
import type { ChannelRow, DeliveryDatabase } from '../channels/store.ts';
import { DeliveryError } from '../senders/sender.ts';
import * as store from './store.ts';
import type { RelayTiming } from './timing.ts';

const AT_ONCE = 8;

export type DeliveryOutcome = 'delivered' | 'failed' | 'retried' | 'held_back';

export interface SendingDeps {
	db: DeliveryDatabase;
	log: Logger;
	/** One attempt; answers what the other side said. Throws DeliveryError, or the signal's reason. */
	attempt: (delivery: store.Delivery, channel: ChannelRow, signal: AbortSignal) => Promise<string>;
	count: (type: ChannelType, outcome: DeliveryOutcome) => void;
	timing: RelayTiming;
	/** Called whenever an attempt has ended. */
	onEnded: () => void;
}

export interface Sending {
	/** Begins whatever may begin now. `hurry` does not wait for first moments: the server stops. */
	begin(hurry: boolean): Promise<void>;
	/** Resolves when one of the attempts under way has ended; null when there is none. */
	next(): Promise<void> | null;
	/** When channels that rest are tried again, ms since the epoch. */
	resumes(): number[];
	/** The channel rests no longer. */
	revive(channelId: string): void;
	/** Cuts attempts off; each is given back as if it had not been made. */
	cut(): Promise<void>;
}

export function createSending({ db, log, attempt, count, timing, onEnded }: SendingDeps): Sending {
	const { now, leaseMs } = timing;
	const end = new AbortController();
	/** Attempts under way, by channel. */
	const inFlight = new Map<string, Promise<void>>();
	const rests = createRests(db, log, timing);

	async function begin(hurry: boolean): Promise<void> {
		while (inFlight.size < AT_ONCE && !end.signal.aborted) {
			const claimed = await store.claimNext(db, {
				now: now(),
				leaseMs,
				busy: [...inFlight.keys(), ...rests.resting()],
				inTrouble: rests.inTrouble(),
				hurry
			});
			if (!claimed) return;
			const { channel, delivery } = claimed;
			const work = deliver(delivery, channel).finally(() => {
				inFlight.delete(channel.id);
				onEnded();
			});
			inFlight.set(channel.id, work);
		}
	}

	/** Never rejects: what cannot be written down is tried again once its lease is over, under the same key. */
	async function deliver(delivery: store.Delivery, channel: ChannelRow): Promise<void> {
		try {
			if (!channel.enabled) return await holdBack(delivery, channel);
			const answer = await attempt(delivery, channel, end.signal);
			await store.settle(db, delivery, { state: 'delivered', answer, at: now() });
			count(channel.type, 'delivered');
			await rests.answered(channel);
		} catch (error) {
			await failed(delivery, channel, error).catch((problem: unknown) =>
				log.error({ err: problem, deliveryId: delivery.id }, 'how a delivery ended could not be written down')
			);
		}
	}

	async function holdBack(delivery: store.Delivery, channel: ChannelRow): Promise<void> {
		await store.settle(db, delivery, { state: 'held_back', answer: 'The channel is switched off.' });
		count(channel.type, 'held_back');
	}

	async function failed(delivery: store.Delivery, channel: ChannelRow, error: unknown): Promise<void> {
		if (end.signal.aborted) return store.giveBack(db, delivery, now());
		if (!(error instanceof DeliveryError)) throw error;
		const ageMs = now() - delivery.created_at.getTime();
		const waitMs = timing.schedule({
			kind: error.kind,
			retryAfterS: error.retryAfterS,
			attempts: delivery.attempts,
			ageMs
		});
		rests.failed(channel, error, waitMs);
		count(channel.type, waitMs === null ? 'failed' : 'retried');
		const answer = error.message;
		if (waitMs !== null)
			return store.settle(db, delivery, { state: 'pending', answer, nextAt: now() + waitMs });
		log.warn({ channel: channel.name, deliveryId: delivery.id, why: answer }, 'a delivery is given up');
		return store.settle(db, delivery, { state: 'failed', answer });
	}

	return {
		begin,
		next: () => (inFlight.size === 0 || end.signal.aborted ? null : Promise.race(inFlight.values())),
		resumes: rests.resumes,
		revive: rests.end,
		async cut() {
			end.abort(new Error('the server stops'));
			await Promise.all(inFlight.values());
		}
	};
}

/** Channels that nobody answers at: each rests for a while, and when it answers again, what waits there is due. */
function createRests(db: DeliveryDatabase, log: Logger, { now, restMs, leaseMs }: RelayTiming) {
	/** Until when each rests, ms since the epoch. */
	const inTrouble = new Map<string, number>();
	/** Channels whose last attempt was taken. */
	const healthy = new Set<string>();

	function failed(
		channel: ChannelRow,
		{ kind, message, retryAfterS }: DeliveryError,
		waitMs: number | null
	): void {
		healthy.delete(channel.id);
		if (kind !== 'unreachable') {
			inTrouble.delete(channel.id);
			return;
		}
		if (!inTrouble.has(channel.id))
			log.warn({ channel: channel.name, why: message }, 'a channel does not answer');
		const longest = Math.max(restMs, (retryAfterS ?? 0) * 1000);
		inTrouble.set(channel.id, now() + Math.min(waitMs ?? restMs, longest));
	}

	async function answered(channel: ChannelRow): Promise<void> {
		if (inTrouble.delete(channel.id)) log.info({ channel: channel.name }, 'a channel takes deliveries again');
		if (healthy.has(channel.id)) return;
		healthy.add(channel.id);
		// What is due within a lease may be another instance's attempt under way; it comes soon enough by itself.
		await store.wakeChannel(db, channel.id, now(), now() + leaseMs);
	}

	return {
		failed,
		answered,
		end(channelId: string) {
			inTrouble.delete(channelId);
			healthy.delete(channelId);
		},
		inTrouble: () => [...inTrouble.keys()],
		resting: () => [...inTrouble].filter(([, until]) => until > now()).map(([id]) => id),
		resumes: () => [...inTrouble.values()].filter((until) => until > now())
	};
}
