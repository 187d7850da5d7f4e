// The scenarios room's door: runs that clients start by the API and address by their uuid, and sessions that end with their owner.
import { randomUUID } from 'node:crypto';
import type { Identity } from '#lib/contracts/account.ts';
import type {
	EndReason,
	PredictionPage,
	PredictionQuery,
	ScenarioInput,
	ScenarioKind,
	ScenarioRecord,
	ScenarioSummary,
	SessionInput,
	SessionRecord,
	SessionSummary
} from '#lib/contracts/scenario.ts';
import { streamInput } from '#lib/contracts/stream.ts';
import { AppError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { createKeeper } from './keeper.ts';
import type { OwnedStreams, Results, SignedIn } from './ports.ts';
import { toScenarioRecord, toScenarioSummary, toSessionRecord, toSessionSummary } from './record.ts';
import { readResults } from './results.ts';
import * as store from './store.ts';

type Owner = Pick<Identity, 'userId' | 'email' | 'via'>;

/** Every method given an unknown id throws `not_found`. */
export interface Scenarios {
	/** Adds its stream and lets it run. Throws `invalid_input`, and `capacity_reached` when too many are open. */
	init(input: ScenarioInput, owner: Owner): Promise<ScenarioRecord>;
	/** Newest first. */
	list(): Promise<ScenarioSummary[]>;
	get(id: string): Promise<ScenarioRecord>;
	/** Lets it end; a second time is no error and changes nothing. */
	shutdown(id: string): Promise<ScenarioRecord>;
	/** Of a scenario, or a session. */
	results(id: string, query: PredictionQuery): Promise<PredictionPage>;
	/** Removes some that ended before that time, with their streams and results; answers how many, 0 when none are left. */
	prune(before: Date): Promise<number>;
	readonly sessions: Sessions;
	start(): void;
	stop(): Promise<void>;
}

export interface Sessions {
	/** Adds its stream, at rest. Throws as `init` does, and `not_supported` for a webcam. */
	create(input: SessionInput, owner: Owner): Promise<SessionRecord>;
	/** Newest first. */
	list(): Promise<SessionSummary[]>;
	/** Asked by its owner, it is a sign of life. */
	get(id: string, asking: Owner): Promise<SessionRecord>;
	status(id: string, asking: Owner): Promise<SessionSummary>;
	/** Throws `conflict` once it has ended. The same twice is no error. */
	run(id: string, wanted: boolean, asking: Owner): Promise<SessionRecord>;
	/** With its stream and results. */
	remove(id: string): Promise<void>;
	/** While the owner watches these streams (null: all), the sessions on them live. */
	accompany(owner: Owner, streamIds: readonly string[] | null, signal: AbortSignal): void;
}

export interface ScenariosDeps {
	db: store.ScenariosDatabase;
	log: Logger;
	streams: OwnedStreams;
	results: Results;
	signedIn: SignedIn;
	/** Open scenarios and sessions together. */
	most?: number;
	everyMs?: number;
	graceMs?: number;
}

const MOST_OPEN = 16;
const EVERY_MS = 5000;
const GRACE_MS = 30_000;
const LISTED = 100;
const PRUNE_BATCH = 20;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function createScenarios(deps: ScenariosDeps): Scenarios {
	const { db, log, streams, results, most = MOST_OPEN } = deps;
	const keeper = createKeeper({ everyMs: EVERY_MS, graceMs: GRACE_MS, ...deps });

	async function requireRow(id: string, kind?: ScenarioKind): Promise<store.ScenarioRow> {
		const row = UUID.test(id) ? await store.findScenario(db, id) : undefined;
		if (!row || (kind && row.scenario.kind !== kind)) throw notFound(id, kind ?? 'scenario');
		return row;
	}

	const withHistory = async <T>(
		row: store.ScenarioRow,
		form: (row: store.ScenarioRow, history: ScenarioRecord['history']) => T
	): Promise<T> => form(row, await store.historyOf(db, row.scenario.stream_id));

	/** Its stream, and the row that owns it; the id is free to be told before anything runs. */
	async function add(
		kind: ScenarioKind,
		{ url, field, ...given }: { url: string; field: string; name?: string | undefined },
		owner: Owner,
		idle_timeout_s: number | null
	): Promise<{ id: string; streamId: string }> {
		// Told before an address is looked up; the count that holds is the insert's.
		if ((await store.countOpen(db)) >= most) throw full(most);
		const id = randomUUID();
		const name = given.name ?? `${kind === 'scenario' ? 'Scenario' : 'Session'} ${id.slice(0, 8)}`;
		const input = streamInput.parse({ ...given, name, rtsp_url: url });
		const streamId = await streams.create(input).catch((error: unknown) => {
			throw nameField(error, field);
		});
		const { userId: owner_id, email, via: owner_via } = owner;
		const values = { id, kind, stream_id: streamId, owner_id, owner: email, owner_via, idle_timeout_s };
		const added = await store.insertScenario(db, values, most).catch(async (error: unknown) => {
			// Where this fails too the keeper finds it.
			await streams.remove(streamId).catch(() => {});
			throw error;
		});
		if (!added) {
			await streams.remove(streamId);
			throw full(most);
		}
		log.info({ [kind]: id, streamId, by: email }, `${kind} added`);
		return { id, streamId };
	}

	async function end(row: store.ScenarioRow, reason: EndReason): Promise<void> {
		if (row.scenario.shutdown_at !== null) return;
		await store.markEnded(db, row.scenario.id, reason);
		await streams.end(row.scenario.stream_id);
		log.info({ [row.scenario.kind]: row.scenario.id, reason }, `${row.scenario.kind} ended`);
	}

	async function heard(id: string, asking: Owner): Promise<store.ScenarioRow> {
		const row = await requireRow(id, 'session');
		if (row.scenario.owner_id !== asking.userId || row.scenario.shutdown_at !== null) return row;
		await store.touch(db, row.scenario.id);
		return requireRow(id, 'session');
	}

	const sessions: Sessions = {
		async create({ source, url, idle_timeout_s, ...given }, owner) {
			if (source === 'webcam') throw noWebcam();
			if (url === undefined) throw missingUrl();
			const { id } = await add('session', { url, field: 'url', ...given }, owner, idle_timeout_s);
			return withHistory(await requireRow(id), toSessionRecord);
		},
		list: async () => (await store.listScenarios(db, 'session', LISTED)).map(toSessionSummary),
		get: async (id, asking) => withHistory(await heard(id, asking), toSessionRecord),
		status: async (id, asking) => toSessionSummary(await heard(id, asking)),
		async run(id, wanted, asking) {
			const { scenario } = await heard(id, asking);
			if (scenario.shutdown_at !== null) {
				if (wanted) throw ended(scenario);
			} else if (wanted) await streams.start(scenario.stream_id);
			else await streams.stop(scenario.stream_id);
			return withHistory(await requireRow(id), toSessionRecord);
		},
		async remove(id) {
			const { scenario } = await requireRow(id, 'session');
			await streams.remove(scenario.stream_id);
			log.info({ session: scenario.id }, 'session removed');
		},
		accompany: ({ userId }, streamIds, signal) => keeper.accompany(userId, streamIds, signal)
	};

	return {
		async init({ camera_url, ...given }, owner) {
			const { id, streamId } = await add(
				'scenario',
				{ url: camera_url, field: 'camera_url', ...given },
				owner,
				null
			);
			await streams.start(streamId, id);
			return withHistory(await requireRow(id), toScenarioRecord);
		},
		list: async () => (await store.listScenarios(db, 'scenario', LISTED)).map(toScenarioSummary),
		get: async (id) => withHistory(await requireRow(id, 'scenario'), toScenarioRecord),
		async shutdown(id) {
			await end(await requireRow(id, 'scenario'), 'shutdown');
			return withHistory(await requireRow(id), toScenarioRecord);
		},
		results: async (id, query) => readResults(await requireRow(id), query, results, Date.now()),
		async prune(before) {
			const old = await store.endedBefore(db, before, PRUNE_BATCH);
			for (const id of old) await streams.remove(id);
			return old.length;
		},
		sessions,
		start: keeper.start,
		stop: keeper.stop
	};
}

/** The registry speaks of its own field; the client of this one. */
function nameField(error: unknown, field: string): unknown {
	if (!(error instanceof AppError) || error.errors.length === 0) return error;
	const errors = error.errors.map(({ path, message }) => ({
		path: path === 'rtsp_url' ? field : path,
		message
	}));
	return new AppError(error.code, error.message, { errors, cause: error });
}

function full(most: number): AppError {
	return new AppError(
		'capacity_reached',
		`${most} scenarios and sessions are open, as many as there may be. Shut one down first: GET /api/v1/scenario and GET /api/v1/session list them.`
	);
}

function ended({ id, end_reason }: store.ScenarioRow['scenario']): AppError {
	return new AppError('conflict', `Session ${id} has ended (${end_reason}). Create another.`);
}

function missingUrl(): AppError {
	const message = 'an address is needed: rtsp://, rtsps://, http://, https:// or file:';
	return new AppError('invalid_input', `url: ${message}`, { errors: [{ path: 'url', message }] });
}

function noWebcam(): AppError {
	return new AppError(
		'not_supported',
		"Pictures of a browser's webcam cannot be taken in yet: there is no upload that a worker reads. Publish the webcam as RTSP or as HTTP video and send its address as `url`."
	);
}

function notFound(id: string, kind: ScenarioKind): AppError {
	return new AppError(
		'not_found',
		`There is no ${kind} ${id.slice(0, 64)}. GET /api/v1/${kind} lists those there are.`
	);
}
