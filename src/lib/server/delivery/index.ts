// The delivery room's door: channels, the relay that serves them, and the log of what became of each delivery.
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { ChannelTest, ChannelType, DeliveryRecord } from '#lib/contracts/channel.ts';
import type { JournalEvent } from '#lib/contracts/event.ts';
import { createDenyList } from '../base/deny.ts';
import { AppError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { createSealer } from '../base/sealer.ts';
import { NO_TRACER, type Tracer } from '../base/trace.ts';
import type { Bus, Journal, Outcome } from '../bus/index.ts';
import { createChannels, isUuid, notFound, type Channels } from './channels/registry.ts';
import { findChannel, type DeliveryDatabase } from './channels/store.ts';
import { createDispatch } from './dispatch.ts';
import { alertToldBy, eventOf, untraced } from './event.ts';
import { countWaiting, insertTest, makeDue, oldestWaiting, readOfAlert, readOfChannel } from './log/store.ts';
import { messageOf, testMessage } from './message.ts';
import { createPlanner } from './planning/planner.ts';
import { countUnpublished, readClock } from './publishing/store.ts';
import { createClock, fixedClock } from './relay/clock.ts';
import { wakeChannel } from './relay/store.ts';
import { createRelay } from './relay/relay.ts';
import type { DeliveryOutcome } from './relay/sending.ts';
import { TIMING, type RelayTiming } from './relay/timing.ts';
import type { Snapshot } from './senders/email.ts';
import { createReach, type Resolve } from './senders/reach.ts';
import { DeliveryError } from './senders/sender.ts';

export type { Channels } from './channels/registry.ts';
export type { DeliveryOutcome } from './relay/sending.ts';

export interface DeliveryDeps {
	db: DeliveryDatabase;
	bus: Bus;
	log: Logger;
	/** The parts of the configuration this room needs. */
	config: { secretKey: string; sourceDeny: readonly string[]; origin: string };
	/** The alert as it stands now; null when it is gone. */
	alert?: (id: string) => Promise<AlertRecord | null>;
	/** Its picture as JPEG; null where there is none. */
	snapshot?: Snapshot;
	/** Where events go before they take effect here; null plans them straight from the outbox. */
	journal?: Journal | null;
	/** Sets an event aside that cannot be planned. */
	park?: (event: JournalEvent, error: unknown, attempts: number) => Promise<void>;
	/** None unless given. */
	tracer?: Tracer;
	/** Tests only. `ownClock` is corrected by the database's, `now` is not. */
	timing?: Partial<RelayTiming> & { ownClock?: () => number };
	resolveName?: Resolve;
}

export interface DeliveryFigures {
	/** Alerts' events whose deliveries are not written yet. */
	outbox: number;
	/** Deliveries that wait for an attempt. */
	pending: number;
	/** Since this server started. */
	outcomes: { type: ChannelType; outcome: DeliveryOutcome; count: number }[];
}

export interface Delivery {
	readonly channels: Channels;
	/** Sends a test at once, past every limit. Throws `not_found`, and `rate_limited` while another test of it runs. */
	test(channelId: string): Promise<ChannelTest>;
	/** Newest first. */
	ofChannel(channelId: string, limit: number): Promise<DeliveryRecord[]>;
	ofAlert(alertId: string): Promise<DeliveryRecord[]>;
	/** Makes a delivery due now that waits, failed or was held back. Throws `conflict` for one that arrived. */
	retry(channelId: string, deliveryId: string): Promise<void>;
	figures(): Promise<DeliveryFigures>;
	/** When the alert's event was written that waits longest to be delivered; null when none does. */
	oldestWaiting(): Promise<Date | null>;
	/**
	 * Plans what an event of the journal tells of, however often it comes. `attempts` counts from 1. Throws what the database
	 * throws: then nothing of it was done.
	 */
	take(event: JournalEvent, attempts: number): Promise<Outcome>;
	/** How the journal is fed: rows that wait for it, and results it never had since the start. */
	publishing(): Promise<{ waiting: number; dropped: number }>;
	/** Begins to deliver; everything else works without it. */
	start(): void;
	stop(): Promise<void>;
}

export function createDelivery(deps: DeliveryDeps): Delivery {
	const { db, bus, log, config, alert = async () => null, snapshot = async () => null } = deps;
	const { tracer = NO_TRACER } = deps;
	const { ownClock, now: given, ...rest } = deps.timing ?? {};
	const clock = given ? fixedClock(given) : createClock(() => readClock(db), ownClock);
	const { now } = clock;
	const timing: RelayTiming = { ...TIMING, ...rest, now };
	const sealer = createSealer(config.secretKey, 'channel v1');
	const reach = createReach(createDenyList(config.sourceDeny), deps.resolveName);
	const dispatch = createDispatch(sealer, { reach, snapshot });
	const outcomes = new Map<string, DeliveryFigures['outcomes'][number]>();
	const testing = new Set<string>();

	function count(type: ChannelType, outcome: DeliveryOutcome): void {
		const key = `${type} ${outcome}`;
		outcomes.set(key, { type, outcome, count: (outcomes.get(key)?.count ?? 0) + 1 });
	}

	const planner = createPlanner({
		db,
		log,
		timing,
		tracer,
		park: async (told, error, attempts) => deps.park?.(eventOf(told), error, attempts),
		heldBack: (type) => count(type, 'held_back'),
		onPlanned: () => relay.wake()
	});
	const relay = createRelay({
		db,
		bus,
		log,
		count,
		timing,
		clock,
		planner,
		tracer,
		journal: deps.journal ?? null,
		async attempt(delivery, channel, signal) {
			const { payload, traceparent } = untraced(delivery.payload);
			const told = payload as unknown as AlertRecord;
			const attributes = {
				'channel.type': channel.type,
				'channel.name': channel.name,
				'alert.id': told.id,
				'delivery.id': delivery.id,
				'delivery.attempt': delivery.attempts
			};
			const span = { parent: traceparent, kind: 'client', attributes } as const;
			return tracer.span(`deliver ${channel.type}`, span, async (attempt) => {
				// A picture that cannot be looked for keeps no alert back.
				const fresh = await alert(told.id).catch(() => null);
				const message = messageOf(delivery, told, fresh, config.origin);
				return dispatch(channel, { ...message, traceparent: attempt.traceparent ?? traceparent }, signal);
			});
		}
	});

	async function take(event: JournalEvent, attempts: number): Promise<Outcome> {
		const told = alertToldBy(event);
		if (!told) return 'done';
		await clock.check();
		return planner.take(told, attempts);
	}

	async function requireChannel(id: string) {
		const row = isUuid(id) ? await findChannel(db, id) : undefined;
		if (!row) throw notFound(id);
		return row;
	}

	async function test(channelId: string): Promise<ChannelTest> {
		const channel = await requireChannel(channelId);
		if (testing.has(channelId))
			throw new AppError('rate_limited', `A test of ${channel.name} runs already. Wait for its answer.`, {
				retryAfterS: 5
			});
		testing.add(channelId);
		try {
			const message = testMessage(channel.name, config.origin);
			const began = performance.now();
			const outcome = await dispatch(channel, message, new AbortController().signal).then(
				(answer) => ({ ok: true, answer }),
				failedTest
			);
			const payload = { ...message.alert };
			await insertTest(db, { id: message.id, channelId, payload, ...outcome, at: new Date(now()) });
			return { ...outcome, elapsed_ms: Math.round(performance.now() - began) };
		} finally {
			testing.delete(channelId);
		}
	}

	async function retry(channelId: string, deliveryId: string): Promise<void> {
		await requireChannel(channelId);
		await clock.check();
		const found = isUuid(deliveryId) ? await makeDue(db, channelId, deliveryId, new Date(now())) : null;
		if (!found)
			throw new AppError('not_found', `This channel has no delivery ${deliveryId.slice(0, 64)} in its log.`);
		if (found.event === 'test')
			throw new AppError('conflict', 'A test is not sent again. Test the channel once more instead.');
		if (found.state === 'delivered')
			throw new AppError('conflict', 'This delivery has arrived already. It is not sent twice.');
		relay.revive(channelId);
	}

	/** Whatever failed there may go through now. */
	async function changed(channelId: string): Promise<void> {
		await clock.check();
		await wakeChannel(db, channelId, now(), now());
		relay.revive(channelId);
	}

	return {
		channels: createChannels({ db, sealer, reach, onChange: changed }),
		test,
		retry,
		ofChannel: async (channelId, limit) => readOfChannel(db, (await requireChannel(channelId)).id, limit),
		async ofAlert(alertId) {
			const found = isUuid(alertId) ? await readOfAlert(db, alertId) : null;
			if (!found) throw new AppError('not_found', `There is no alert ${alertId.slice(0, 64)}.`);
			return found;
		},
		oldestWaiting: () => oldestWaiting(db),
		figures: async () => ({ ...(await countWaiting(db)), outcomes: [...outcomes.values()] }),
		publishing: async () => ({ waiting: await countUnpublished(db), dropped: relay.dropped() }),
		take,
		start: relay.start,
		stop: relay.stop
	};
}

function failedTest(error: unknown): { ok: false; answer: string } {
	if (error instanceof DeliveryError) return { ok: false, answer: error.message };
	throw error;
}
