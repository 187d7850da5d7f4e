// The delivery room's door: channels, the relay that serves them, and the log of what became of each delivery.
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { ChannelTest, ChannelType, DeliveryRecord } from '#lib/contracts/channel.ts';
import { createDenyList } from '../base/deny.ts';
import { AppError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { createSealer } from '../base/sealer.ts';
import type { Bus } from '../bus/index.ts';
import { createChannels, isUuid, notFound, type Channels } from './channels/registry.ts';
import { findChannel, type DeliveryDatabase } from './channels/store.ts';
import { createDispatch } from './dispatch.ts';
import { countWaiting, insertTest, makeDue, oldestWaiting, readOfAlert, readOfChannel } from './log/store.ts';
import { messageOf, testMessage } from './message.ts';
import { wakeChannel } from './relay/store.ts';
import { createRelay } from './relay/relay.ts';
import type { DeliveryOutcome } from './relay/sending.ts';
import type { RelayTiming } from './relay/timing.ts';
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
	/** Tests only. */
	timing?: Partial<RelayTiming>;
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
	/** Begins to deliver; everything else works without it. */
	start(): void;
	stop(): Promise<void>;
}

export function createDelivery(deps: DeliveryDeps): Delivery {
	const { db, bus, log, config, alert = async () => null, snapshot = async () => null } = deps;
	const now = deps.timing?.now ?? Date.now;
	const sealer = createSealer(config.secretKey, 'channel v1');
	const reach = createReach(createDenyList(config.sourceDeny), deps.resolveName);
	const dispatch = createDispatch(sealer, { reach, snapshot });
	const outcomes = new Map<string, DeliveryFigures['outcomes'][number]>();
	const testing = new Set<string>();

	function count(type: ChannelType, outcome: DeliveryOutcome): void {
		const key = `${type} ${outcome}`;
		outcomes.set(key, { type, outcome, count: (outcomes.get(key)?.count ?? 0) + 1 });
	}

	const relay = createRelay({
		db,
		bus,
		log,
		count,
		...(deps.timing && { timing: deps.timing }),
		async attempt(delivery, channel, signal) {
			const told = delivery.payload as unknown as AlertRecord;
			// A picture that cannot be looked for keeps no alert back.
			const fresh = await alert(told.id).catch(() => null);
			return dispatch(channel, messageOf(delivery, told, fresh, config.origin), signal);
		}
	});

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
			await insertTest(db, { id: message.id, channelId, payload, ...outcome, at: new Date() });
			return { ...outcome, elapsed_ms: Math.round(performance.now() - began) };
		} finally {
			testing.delete(channelId);
		}
	}

	async function retry(channelId: string, deliveryId: string): Promise<void> {
		await requireChannel(channelId);
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
		start: relay.start,
		stop: relay.stop
	};
}

function failedTest(error: unknown): { ok: false; answer: string } {
	if (error instanceof DeliveryError) return { ok: false, answer: error.message };
	throw error;
}
