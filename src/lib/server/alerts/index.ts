// The alerts room's door: one alert a breach, from what rules say on the bus to what people list, acknowledge and look at.
import { join } from 'node:path';
import type { AlertRecord, AlertsQuery, RuleState } from '#lib/contracts/alert.ts';
import { AppError, causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { NO_TRACER, type SpanOptions, type Tracer } from '../base/trace.ts';
import { subjects, type Bus } from '../bus/index.ts';
import { createClips, type Clips, type ClipsOptions } from './clips.ts';
import { watchHealth, type HealthWatch, type StatusFeed } from './health.ts';
import { createLedger, type Entry } from './ledger.ts';
import { fingerprintOf, openingOf } from './opening.ts';
import { createPruning, type AlertsPruning } from './pruning.ts';
import { filePath, mediaOf, type AlertFiles } from './media.ts';
import { LOST_PICTURE, NO_PICTURE, keepSnapshot, type Still } from './snapshot.ts';
import * as store from './store.ts';

export type { StatusFeed } from './health.ts';
export type { AlertFiles } from './media.ts';
export type { Still } from './snapshot.ts';

export interface AlertsDeps {
	db: store.AlertsDatabase;
	bus: Bus;
	log: Logger;
	dataDir: string;
	files: AlertFiles;
	/** The fencing token of a stream that is run here; null of any other. */
	leaseOf(streamId: string): number | null;
	onStatus: StatusFeed;
	/** Whether this instance speaks for streams that nobody runs: every relay does. */
	speaksForUnheld: boolean;
	ffmpegPath: string | null;
	/** Where streams keep packets for clips, a folder each; null where none does. */
	clipRingDir: string | null;
	/** A picture of the stream captured at that moment or just after it, waited for briefly; null without one. */
	stillAt(streamId: string, at: number, waitMs: number): Promise<Still | null>;
	/** None unless given. */
	tracer?: Tracer;
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
	/** Those of these that are there, in the order asked for. */
	some(ids: string[]): Promise<AlertRecord[]>;
	/** Says that somebody looks after it; whoever was first stays. */
	acknowledge(id: string, by: string): Promise<AlertRecord>;
	/** Absolute path of the picture or the clip, fetched from where it is. Throws `not_found`, saying why there is none. */
	file(id: string, kind: 'snapshot' | 'clip'): Promise<string>;
	/** Which of these files, by their paths under DATA_DIR, belong to an alert. */
	knownFiles(paths: string[]): Promise<Set<string>>;
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
/** News from other instances can be lost: what is stored is looked at again. */
const LOOK_AGAIN_MS = 60_000;
/** Who lives and keeps a picture has stored it by then. */
const PICTURE_LATE_MS = 10 * 60_000;
const COMPLAIN_EVERY_MS = 60_000;

interface Taken {
	still: Promise<Still | null>;
	/** False once it is another instance's to say. */
	isDue(): boolean;
}

export function createAlerts(deps: AlertsDeps): Alerts {
	const { db, bus, log, tracer = NO_TRACER } = deps;
	const folder = join(deps.dataDir, 'alerts');
	const unsubscribe: (() => void)[] = [];
	const pictures = new Set<Promise<void>>();
	const held: Taken[] = [];
	let health: HealthWatch | null = null;
	let looking: NodeJS.Timeout | undefined;
	let fenced = 0;
	let complainedAt = -Infinity;

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
		done(id, media) {
			if (media.clip_path) deps.files.publish(filePath(media.clip_path));
			ledger.todo(`clip ${id}`, () => recordMedia(id, media));
		},
		...(deps.timing?.clips && { timing: deps.timing.clips })
	});

	/** What a run says counts while this instance holds its stream; a lost run has no say. */
	function hear(state: RuleState): void {
		const token = deps.leaseOf(state.streamId);
		if (token === null) return drop(state);
		take(state, token);
	}

	function take(state: RuleState, token: number | null, isDue = () => true): void {
		const taken: Taken = { still: Promise.resolve(null), isDue };
		if (state.state === 'firing') {
			taken.still = deps.stillAt(state.streamId, state.at, STILL_WAIT_MS).catch(() => null);
			held.push(taken);
			// Waiting long for the database, the oldest give up their pictures.
			if (held.length > MAX_STILLS) held.shift()!.still = Promise.resolve(null);
		}
		ledger.take({ state, token, taken });
	}

	async function write(entry: Entry<Taken>): Promise<void> {
		const { state, taken } = entry;
		if (!taken.isDue()) drop(state);
		else if (state.state === 'clear') await end(entry);
		else await open(entry);
		const at = held.indexOf(taken);
		if (at >= 0) held.splice(at, 1);
	}

	async function open({ state, token, taken }: Entry<Taken>): Promise<void> {
		const { ruleId, streamId } = state;
		const still = await taken.still;
		const opened = await tracer.span('open alert', partOf(state), async ({ traceparent, set }) => {
			const written = await store.openAlert(db, ruleId, { streamId, token }, (rule) => ({
				...openingOf(rule, state, still !== null),
				traceparent
			}));
			if (written && written !== store.FENCED) set({ 'alert.id': written.alert.id });
			return written;
		});
		if (opened === store.FENCED) return drop(state);
		if (!opened) return;
		const { alert, context } = opened;
		bus.publish(subjects.alert, alert);
		track(keepSnapshot(folder, alert, still, context.zone).then((media) => recordPicture(alert.id, media)));
		if (context.clip) {
			const { clipPrerollS: prerollS } = context;
			clips.begin({ alertId: alert.id, streamId, startsAt: state.at, prerollS });
		}
	}

	async function end({ state, token }: Entry<Taken>): Promise<void> {
		const { ruleId, streamId, at, peak } = state;
		const ending = { at: new Date(at), reason: null, peak };
		const authority = { streamId, token };
		const fingerprint = fingerprintOf(ruleId, streamId);
		const alert = await tracer.span('resolve alert', partOf(state), async ({ traceparent, set }) => {
			const written = await store.resolveBreach(db, fingerprint, authority, { ...ending, traceparent });
			if (written && written !== store.FENCED) set({ 'alert.id': written.id });
			return written;
		});
		if (alert === store.FENCED) drop(state);
		else if (alert) ended(alert);
	}

	/** Another instance speaks for the stream. */
	function drop({ ruleId, streamId, state }: RuleState): void {
		fenced++;
		health?.refused(ruleId);
		if (performance.now() - complainedAt < COMPLAIN_EVERY_MS) return;
		complainedAt = performance.now();
		log.info(
			{ ruleId, streamId, state, dropped: fenced },
			'what a rule said was not written: another instance speaks for its stream'
		);
	}

	function ended(alert: AlertRecord): void {
		bus.publish(subjects.alert, alert);
		bus.publish(subjects.outbox, null);
	}

	/** Only then is delivery called: a moment later, it finds the picture to send along. */
	function recordPicture(id: string, media: store.Media): void {
		if (media.snapshot_path) deps.files.publish(filePath(media.snapshot_path));
		if (media.snapshot_problem && media.snapshot_problem !== NO_PICTURE)
			log.warn({ alertId: id, reason: media.snapshot_problem }, 'an alert has no picture');
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
				const alert = await store.resolveOrphan(db, id, { at: new Date(), reason, peak: null });
				if (alert) ended(alert);
			}
		});
	}

	function reloadHealth(): void {
		ledger.todo('health rules', async () => health?.set(await store.listHealthRules(db)));
	}

	/** Of a stream that another instance runs, that one may still be at it. */
	function explainLostPictures(before: Date): void {
		ledger.todo('lost pictures', async () => {
			const late = Date.now() - PICTURE_LATE_MS;
			const lost = (await store.listPictureless(db, before)).filter(
				({ streamId, token, createdAt }) =>
					token === null || createdAt.getTime() < late || token === deps.leaseOf(streamId!)
			);
			await store.explainPictureless(
				db,
				lost.map(({ id }) => id),
				LOST_PICTURE
			);
		});
	}

	function start(): void {
		const { onStatus, leaseOf, speaksForUnheld } = deps;
		health = watchHealth({ onStatus, leaseOf, speaksForUnheld, tell: take });
		const change = (streamId: string) => {
			reconcile(streamId);
			reloadHealth();
		};
		unsubscribe.push(
			health.stop,
			bus.subscribe(subjects.ruleState, hear, { from: 'here' }),
			bus.subscribe(subjects.watchChange, ({ streamId }) => change(streamId)),
			bus.subscribe(subjects.streamChange, ({ streamId, change: what }) => {
				if (what === 'deleted') health?.forget(streamId);
				if (what === 'activation' || what === 'deleted') change(streamId);
			}),
			// Whoever ends it: its packets may be here.
			bus.subscribe(subjects.alert, ({ id, status, ends_at }) => {
				if (status === 'resolved' && ends_at) clips.end(id, Date.parse(ends_at));
			})
		);
		const startedAt = new Date();
		explainLostPictures(startedAt);
		lookAgain();
		looking = setInterval(() => {
			explainLostPictures(new Date(Date.now() - PICTURE_LATE_MS));
			lookAgain();
		}, LOOK_AGAIN_MS);
		void clips
			.recover(async (id) => (isUuid(id) ? ((await store.findAlert(db, id))?.starts_at ?? null) : null))
			.catch((error: unknown) =>
				log.warn({ cause: causeChain(error) }, 'clips left by the last run stay for the next')
			);
	}

	function lookAgain(): void {
		reconcile(null);
		reloadHealth();
	}

	async function get(id: string): Promise<AlertRecord> {
		return (isUuid(id) && (await store.findAlert(db, id))) || unknown(id);
	}

	return {
		start,
		get,
		some: (ids) => store.findAlerts(db, ids),
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
			if (path !== null) return deps.files.ensure(filePath(path), { keptBy: () => store.findKeeper(db, id) });
			const why = kind === 'snapshot' ? media.snapshot_problem : media.clip_problem;
			throw new AppError(
				'not_found',
				`This alert has no ${kind === 'snapshot' ? 'picture' : 'clip'}. ${why ?? ''}`.trim()
			);
		},
		knownFiles: (paths) =>
			store.knownFiles(db, paths.map(mediaOf)).then((known) => new Set([...known].map(filePath))),
		...createPruning(db, (path) => deps.files.remove(filePath(path))),
		async settled() {
			await ledger.idle();
			await Promise.allSettled(pictures);
			await ledger.idle();
		},
		async stop(limitMs = STOP_LIMIT_MS) {
			for (const off of unsubscribe) off();
			clearInterval(looking);
			await clips.stop();
			await Promise.race([
				Promise.allSettled(pictures),
				new Promise((resolve) => setTimeout(resolve, 500).unref())
			]);
			await ledger.stop(limitMs);
		}
	};
}

/** The frame that made the rule say so. */
function partOf({ traceparent, streamId, ruleId }: RuleState): SpanOptions {
	return { parent: traceparent ?? null, attributes: { 'stream.id': streamId, 'rule.id': ruleId } };
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
