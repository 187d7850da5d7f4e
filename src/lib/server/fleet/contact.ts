// An instance's contact with the database and the others: bounded in time, and what follows from losing it.
import { causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { isDatabaseOutage } from '../base/outage.ts';
import type { Bus } from '../bus/index.ts';
import type { FleetDatabase, FleetLine, Survey } from './store.ts';

/** The database did not answer, or cannot now. */
export class DatabaseSilent extends Error {}

export interface Contact {
	/** Throws DatabaseSilent where no answer comes in time: what was asked may still happen. */
	ask<T>(work: (db: FleetDatabase) => Promise<T>): Promise<T>;
	/** A survey, with the clocks compared. */
	measured(work: (db: FleetDatabase) => Promise<Survey>): Promise<Survey>;
	/** A pass came to nothing. */
	failed(error: unknown): void;
	/** Whether expired leases are left alone: their holders may not have reached the database yet, which was away. */
	patient(): boolean;
	/** Whether neither the database nor the others were heard for the life of a lease, while there were others. */
	isCutOff(): boolean;
	clockSkewS(): number | null;
}

export interface ContactDeps {
	line: FleetLine;
	bus: Pick<Bus, 'state'>;
	log: Logger;
	ttlMs: number;
	passMs: number;
	alone: boolean;
	clock: () => number;
}

/** A question unanswered for so much of a lease's life is given up. */
const ANSWER_WITHIN = 0.6;
/** Questions that were given up and may still hold a connection. */
const MAX_OPEN = 2;
/** An answer that took longer says nothing about clocks. */
const PROMPT_MS = 1000;
const SKEW_TOLD_S = 2;

export function createContact({ line, bus, log, ttlMs, passMs, alone, clock }: ContactDeps): Contact {
	let answeredAt: number | null = null;
	let patientUntil = -Infinity;
	let others = false;
	let skewS: number | null = null;
	let skewTold = false;
	let open = 0;
	let failures = 0;

	async function ask<T>(work: (db: FleetDatabase) => Promise<T>): Promise<T> {
		if (open >= MAX_OPEN) throw new DatabaseSilent('earlier questions are still unanswered');
		open++;
		const answer = work(line.db()).finally(() => open--);
		const { promise: late, reject } = Promise.withResolvers<never>();
		const limitMs = ANSWER_WITHIN * ttlMs;
		const timer = setTimeout(() => {
			line.renew();
			reject(new DatabaseSilent(`no answer within ${limitMs} ms`));
		}, limitMs);
		try {
			return await Promise.race([answer, late]);
		} catch (error) {
			throw isDatabaseOutage(error) ? new DatabaseSilent('the database is away', { cause: error }) : error;
		} finally {
			clearTimeout(timer);
			answer.catch(() => {});
		}
	}

	function compareClocks(askedAt: number, tookMs: number, nowMs: number): void {
		if (tookMs > PROMPT_MS) return;
		skewS = (askedAt + tookMs / 2 - nowMs) / 1000;
		const much = Math.abs(skewS) > SKEW_TOLD_S;
		if (much && !skewTold)
			log.warn(
				{ seconds: skewS },
				"this machine's clock differs from the database's: set both by the same source"
			);
		skewTold = much;
	}

	/** Holders renew a moment after the database is back: nobody takes anything from them before they could. */
	function noticeReturn(upMs: number): void {
		const now = performance.now();
		const awayMs = answeredAt === null ? 0 : now - answeredAt;
		if (awayMs > ttlMs - 2 * passMs) patientUntil = now + ttlMs;
		if (upMs < ttlMs) patientUntil = Math.max(patientUntil, now + ttlMs - upMs);
		if (failures > 0)
			log.info({ awayMs: Math.round(awayMs) }, 'the database answers: leases are renewed again');
		failures = 0;
		answeredAt = now;
	}

	return {
		ask,
		async measured(work) {
			const [askedAt, started] = [clock(), performance.now()];
			const survey = await ask(work);
			compareClocks(askedAt, performance.now() - started, survey.nowMs);
			noticeReturn(survey.databaseUpMs);
			others = survey.workers.length > 1;
			return survey;
		},
		failed(error) {
			if (failures++ > 0) return;
			log.warn(
				{ cause: causeChain(error) },
				'leases could not be renewed; what runs goes on and it is tried again'
			);
		},
		patient: () => !alone && performance.now() < patientUntil,
		isCutOff() {
			const { kind, connected, lostAt } = bus.state();
			if (!others || kind !== 'nats' || connected || lostAt === null || answeredAt === null) return false;
			return Date.now() - lostAt.getTime() >= ttlMs && performance.now() - answeredAt >= ttlMs;
		},
		clockSkewS: () => skewS
	};
}
