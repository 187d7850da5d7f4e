// Planning: events become deliveries, whether the journal brings them or they are taken straight from the outbox.
import type { ChannelType } from '#lib/contracts/channel.ts';
import type { Logger } from '../../base/log.ts';
import { isDatabaseInTrouble } from '../../base/outage.ts';
import type { SpanOptions, Tracer } from '../../base/trace.ts';
import type { Outcome } from '../../bus/index.ts';
import type { DeliveryDatabase } from '../channels/store.ts';
import type { AlertTold } from '../event.ts';
import { judge } from '../rules.ts';
import type { RelayTiming } from '../relay/timing.ts';
import { findWaiting, markHandled, planEvent, type Planned, type Planning } from './store.ts';

const BATCH = 20;
/** An end waits for its beginning so long before it looks again. */
const EARLY_MS = 250;
/** So often it waits for a beginning that the database knows nothing of. */
const UNKNOWN_WAITS = 8;
/** An event that cannot be planned for another reason than an outage is set aside after so many attempts. */
const MAX_REFUSALS = 5;
/** Events that failed lately, remembered. */
const MAX_REFUSED = 1000;

export interface PlannerDeps {
	db: DeliveryDatabase;
	log: Pick<Logger, 'error'>;
	timing: Pick<RelayTiming, 'now' | 'pictureWaitMs'>;
	tracer: Tracer;
	/** Sets an event aside that nobody can do anything with. */
	park: (told: AlertTold, reason: unknown, attempts: number) => Promise<void>;
	heldBack: (type: ChannelType) => void;
	/** Called after each event that had its effect. */
	onPlanned: () => void;
}

export interface Planner {
	/** What becomes of an event that the journal brings for the `attempts`th time. Throws what the database throws. */
	take(told: AlertTold, attempts: number): Promise<Outcome>;
	/** Plans what waits in the outbox and was written before then, ms since the epoch, until nothing is left of it. */
	planWaiting(before: number): Promise<void>;
}

export function createPlanner({ db, log, timing, tracer, park, heldBack, onPlanned }: PlannerDeps): Planner {
	/** Of events in the outbox, by message id. */
	const refusals = new Map<string, number>();

	async function plan(
		told: AlertTold,
		rest: Pick<Planning, 'whenTaken' | 'waitsForUnknown'>
	): Promise<Planned> {
		const planned = await tracer.span('plan deliveries', partOf(told), async ({ traceparent, set }) => {
			const planning = { now: timing.now(), judge, firstAttemptAt, ...rest };
			const outcome = await planEvent(
				db,
				{ ...told, traceparent: traceparent ?? told.traceparent },
				planning
			);
			set({ outcome: outcome.outcome });
			return outcome;
		});
		if (planned.outcome !== 'planned') return planned;
		for (const type of planned.heldBack) heldBack(type);
		onPlanned();
		return planned;
	}

	function firstAttemptAt({ topic, alert, createdAt }: AlertTold): number {
		const waits = topic === 'alert.firing' && alert.snapshot_url === null && alert.snapshot_problem === null;
		return createdAt.getTime() + (waits ? timing.pictureWaitMs : 0);
	}

	async function take(told: AlertTold, attempts: number): Promise<Outcome> {
		const waitsForUnknown = attempts < UNKNOWN_WAITS;
		const { outcome } = await plan(told, { whenTaken: 'wait', waitsForUnknown });
		return outcome === 'early' ? { againInMs: EARLY_MS } : 'done';
	}

	/** Until nothing is taken: fewer than a batch may also mean that an end waited for its beginning. */
	async function planWaiting(before: number): Promise<void> {
		const failed: string[] = [];
		for (let taken = 1; taken > 0;) {
			taken = 0;
			for (const told of await findWaiting(db, { before, limit: BATCH, without: failed }))
				if (await planStraight(told, failed)) taken++;
		}
	}

	/** Whether it is through. One that fails by itself does not stop the others. */
	async function planStraight(told: AlertTold, failed: string[]): Promise<boolean> {
		try {
			const { outcome } = await plan(told, { whenTaken: 'leave', waitsForUnknown: false });
			refusals.delete(told.messageId);
			return outcome === 'planned' || outcome === 'known';
		} catch (error) {
			if (isDatabaseInTrouble(error)) throw error;
			failed.push(told.messageId);
			await refused(told, error);
			return failed.length < MAX_REFUSED;
		}
	}

	async function refused(told: AlertTold, error: unknown): Promise<void> {
		const times = (refusals.get(told.messageId) ?? 0) + 1;
		if (times < MAX_REFUSALS) {
			if (refusals.size < MAX_REFUSED) refusals.set(told.messageId, times);
			return;
		}
		log.error({ err: error, alertId: told.subjectId }, 'an alert cannot be planned; it is set aside');
		await park(told, error, times);
		await markHandled(db, told.messageId);
		refusals.delete(told.messageId);
	}

	return { take, planWaiting };
}

/** The alert's writing, or the journal's message that brought it. */
function partOf({ traceparent, topic, subjectId }: AlertTold): SpanOptions {
	return {
		parent: traceparent,
		kind: 'consumer',
		attributes: { 'messaging.operation.type': 'process', topic, 'alert.id': subjectId }
	};
}
