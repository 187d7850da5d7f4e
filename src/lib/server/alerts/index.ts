// The alerts room's door: one alert a breach, from what rules say on the bus to what people list, acknowledge and look at.
import { join } from 'node:path';
import type { AlertRecord, AlertsQuery, RuleState } from '#lib/contracts/alert.ts';
import { AppError, causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { subjects, type Bus } from '../bus/index.ts';
import { createClips, type Clips, type ClipsOptions } from './clips.ts';
import { watchHealth } from './health.ts';
import { createLedger, type Entry } from './ledger.ts';
import { fingerprintOf, openingOf } from './opening.ts';
import { createPruning, type AlertsPruning } from './pruning.ts';
import { LOST_PICTURE, NO_PICTURE, keepSnapshot, type Still } from './snapshot.ts';
import * as store from './store.ts';

export type { Still } from './snapshot.ts';

export interface AlertsDeps {
	db: store.AlertsDatabase;
	bus: Bus;
	log: Logger;
	dataDir: string;
	ffmpegPath: string | null;
	/** Where streams keep packets for clips, a folder each; null where none does. */
	clipRingDir: string | null;
	/** A picture of the stream captured at that moment or just after it, waited for briefly; null without one. */
	stillAt(streamId: string, at: number, waitMs: number): Promise<Still | null>;
	/** Tests only. */
	timing?: { backoff?: { baseMs: number; capMs: number }; clips?: ClipsOptions['timing'] };
}

export interface Alerts extends AlertsPruning {
	/** Listens from now on, and brings what is stored in line: what nothing will end any more ends. */
	start(): void;
	/** Newest first. */
	list(query: AlertsQuery): Promise<AlertRecord[]>;
	/** Throws `not_found`, as every method does that is given an unknown id. */
	get(id: string): Promise<AlertRecord>;
	/** Says that somebody looks after it; whoever was first stays. */
	acknowledge(id: string, by: string): Promise<AlertRecord>;
	/** Absolute path of the picture or the clip. Throws `not_found`, saying why there is none. */
	file(id: string, kind: 'snapshot' | 'clip'): Promise<string>;
	/** Resolves when all that rules have said is written; pictures may still be under way. */
	settled(): Promise<void>;
	/** Writes what waits, for at most `limitMs`. */
	stop(limitMs?: number): Promise<void>;
}

/** A picture of the moment comes a little after its news. */
const STILL_WAIT_MS = 1000;
/** Frames held for alerts that wait for the database. */
const MAX_STILLS = 100;
const STOP_LIMIT_MS = 3000;

type Taken = { still: Promise<Still | null> };

export function createAlerts(deps: AlertsDeps): Alerts {
	const { db, bus, log } = deps;
	const folder = join(deps.dataDir, 'alerts');
	const unsubscribe: (() => void)[] = [];
	const pictures = new Set<Promise<void>>();
	const held: Taken[] = [];

	const ledger = createLedger<Taken>({
		write,
		log,
		...(deps.timing?.backoff && { backoff: deps.timing.backoff })
	});
	const clips: Clips = createClips({
		folder,
		ringDir: deps.clipRingDir,
		ffmpegPath: deps.ffmpegPath,
		log,
		done: (id, media) => ledger.todo(`clip ${id}`, () => recordMedia(id, media)),
		...(deps.timing?.clips && { timing: deps.timing.clips })
	});

	function take(state: RuleState): void {
		const taken: Taken = { still: Promise.resolve(null) };
		if (state.state === 'firing') {
			taken.still = deps.stillAt(state.streamId, state.at, STILL_WAIT_MS).catch(() => null);
			held.push(taken);
			// Waiting long for the database, the oldest give up their pictures.
			if (held.length > MAX_STILLS) held.shift()!.still = Promise.resolve(null);
		}
		ledger.take(state, taken);
	}

	async function write({ state, taken }: Entry<Taken>): Promise<void> {
		if (state.state === 'clear') return end(state);
		const still = await taken.still;
		const opened = await store.openAlert(db, state.ruleId, (rule) => openingOf(rule, state, still !== null));
		const at = held.indexOf(taken);
		if (at >= 0) held.splice(at, 1);
		if (!opened) return;
		const { alert, context } = opened;
		bus.publish(subjects.alert, alert);
		track(keepSnapshot(folder, alert, still, context.zone).then((media) => recordPicture(alert.id, media)));
		if (context.clip) {
			const { streamId, clipPrerollS: prerollS } = context;
			clips.begin({ alertId: alert.id, streamId, startsAt: state.at, prerollS });
		}
	}

	async function end({ ruleId, streamId, at, peak }: RuleState): Promise<void> {
		const fingerprint = fingerprintOf(ruleId, streamId);
		const alert = await store.resolveAlert(db, { fingerprint }, { at: new Date(at), reason: null, peak });
		if (alert) ended(alert);
	}

	function ended(alert: AlertRecord): void {
		clips.end(alert.id, Date.parse(alert.ends_at!));
		bus.publish(subjects.alert, alert);
		bus.publish(subjects.outbox, null);
	}

	/** Only then is delivery called: a moment later, it finds the picture to send along. */
	function recordPicture(id: string, media: store.Media): void {
		if (media.snapshot_problem && media.snapshot_problem !== NO_PICTURE)
			log.warn({ alert: id, reason: media.snapshot_problem }, 'an alert has no picture');
		ledger.todo(`snapshot ${id}`, async () => {
			await recordMedia(id, media);
			bus.publish(subjects.outbox, null);
		});
	}

	async function recordMedia(id: string, media: store.Media): Promise<void> {
		const alert = await store.recordMedia(db, id, media);
		if (alert) bus.publish(subjects.alert, alert);
	}

	function track(work: Promise<void>): void {
		pictures.add(work);
		void work.finally(() => pictures.delete(work));
	}

	/** Ends what nothing else will end: its rule is gone or off, its stream gone or at rest. */
	function reconcile(streamId: string | null): void {
		ledger.todo(`reconcile ${streamId ?? ''}`, async () => {
			for (const { id, reason } of await store.findOrphans(db, streamId)) {
				const alert = await store.resolveAlert(db, { id }, { at: new Date(), reason, peak: null });
				if (alert) ended(alert);
			}
		});
	}

	function start(): void {
		const health = watchHealth(bus, take);
		const reload = () => ledger.todo('health rules', async () => health.set(await store.listHealthRules(db)));
		unsubscribe.push(
			health.stop,
			bus.subscribe(subjects.ruleState, take),
			bus.subscribe(subjects.watchChange, ({ streamId }) => {
				reconcile(streamId);
				reload();
			}),
			bus.subscribe(subjects.streamChange, ({ streamId, change }) => {
				if (change !== 'activation' && change !== 'deleted') return;
				reconcile(streamId);
				reload();
			})
		);
		const startedAt = new Date();
		ledger.todo('lost pictures', () => store.explainLostPictures(db, startedAt, LOST_PICTURE));
		reconcile(null);
		reload();
		void clips
			.recover(async (id) => (isUuid(id) ? ((await store.findAlert(db, id))?.starts_at ?? null) : null))
			.catch((error: unknown) =>
				log.warn({ cause: causeChain(error) }, 'clips left by the last run stay for the next')
			);
	}

	async function get(id: string): Promise<AlertRecord> {
		return (isUuid(id) && (await store.findAlert(db, id))) || unknown(id);
	}

	return {
		start,
		get,
		list: (query) => store.listAlerts(db, query),
		acknowledge: async (id, by) => {
			const alert = isUuid(id) && (await store.acknowledgeAlert(db, id, by));
			if (!alert) return unknown(id);
			bus.publish(subjects.alert, alert);
			return alert;
		},
		async file(id, kind) {
			const media = isUuid(id) ? await store.findMedia(db, id) : null;
			if (!media) return unknown(id);
			const path = kind === 'snapshot' ? media.snapshot_path : media.clip_path;
			if (path !== null) return join(folder, path);
			const why = kind === 'snapshot' ? media.snapshot_problem : media.clip_problem;
			throw new AppError(
				'not_found',
				`This alert has no ${kind === 'snapshot' ? 'picture' : 'clip'}. ${why ?? ''}`.trim()
			);
		},
		...createPruning(db, folder),
		async settled() {
			await ledger.idle();
			await Promise.allSettled(pictures);
			await ledger.idle();
		},
		async stop(limitMs = STOP_LIMIT_MS) {
			for (const off of unsubscribe) off();
			await clips.stop();
			await Promise.race([
				Promise.allSettled(pictures),
				new Promise((resolve) => setTimeout(resolve, 500).unref())
			]);
			await ledger.stop(limitMs);
		}
	};
}

function isUuid(id: string): boolean {
	return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
}

function unknown(id: string): never {
	throw new AppError(
		'not_found',
		`There is no alert ${id.slice(0, 64)}. GET /api/v1/alerts lists those there are.`
	);
}
