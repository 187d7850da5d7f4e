// The registry: cameras as people add, change and remove them.
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { ActivityLine } from '#lib/contracts/live.ts';
import type { RunRecord } from '#lib/contracts/history.ts';
import type { ProbeInput } from '#lib/contracts/probe.ts';
import {
	PROCESSING_FIELDS,
	type StreamInput,
	type StreamPatch,
	type StreamRecord
} from '#lib/contracts/stream.ts';
import { AppError } from '../base/errors.ts';
import type { StreamChange } from '../bus/index.ts';
import { readActivity } from './activity/store.ts';
import type { Addresses } from './addresses.ts';
import { readRuns } from './history/store.ts';
import { toRecord } from './record.ts';
import type { ResolvedSource } from './source.ts';
import * as store from './store.ts';

export interface WriteOptions {
	/** The `updated_at` the caller last read: another one since then is a `conflict`. */
	ifUpdatedAt?: string;
}

/** The registry as routes and start-up use it. Every method given an unknown id throws `not_found`. */
export interface Streams {
	/** Oldest first; those of scenarios and sessions only where asked for. */
	list(options?: { ephemeral?: boolean }): Promise<StreamRecord[]>;
	get(id: string): Promise<StreamRecord>;
	/** `by` names who did it, for the log. Throws `invalid_input` for an address that is not allowed. */
	create(input: StreamInput, by: string): Promise<StreamRecord>;
	/** All fields: what is left out of the input has taken its default. */
	replace(id: string, input: StreamInput, options?: WriteOptions): Promise<StreamRecord>;
	/** Only the given fields. */
	patch(id: string, patch: StreamPatch, options?: WriteOptions): Promise<StreamRecord>;
	remove(id: string): Promise<void>;
	/** Desired state; the same twice is no change. */
	setActive(id: string, active: boolean): Promise<StreamRecord>;
	/** Newest first. */
	runs(id: string, tail: number): Promise<RunRecord[]>;
	/** The newest lines, oldest first. */
	activity(id: string, tail: number): Promise<ActivityLine[]>;
	/** What an address to be probed leads to, or why it may not be opened. */
	sourceToProbe(input: ProbeInput): Promise<ResolvedSource>;
}

export interface RegistryDeps {
	db: store.StreamsDatabase;
	addresses: Addresses;
	onChange: (change: StreamChange) => void;
	onCreated: (record: StreamRecord, by: string) => void;
}

export function createRegistry({ db, addresses, onChange, onCreated }: RegistryDeps): Streams {
	async function create(input: StreamInput, by: string): Promise<StreamRecord> {
		const id = randomUUID();
		const address = await addresses.columnsFor(id, input.rtsp_url, null);
		const record = toRecord(await store.insertStream(db, id, { ...input, ...address }).catch(explained));
		onCreated(record, by);
		onChange({ streamId: id, change: 'created' });
		return record;
	}

	async function patch(id: string, given: StreamPatch, options: WriteOptions = {}): Promise<StreamRecord> {
		const read = await requireRow(id);
		// Before the row is locked: an address may take a name look-up of seconds.
		const values = await valuesOf(read, given);
		const written = await store
			.changeStream(db, id, (row) => {
				requireUnchanged(row, options.ifUpdatedAt);
				refuseToDrive(row, values);
				if (values.sealed_url !== undefined && row.sealed_url !== read.sealed_url)
					throw changedMeanwhile(row);
				return differing(row, values);
			})
			.catch(explained);
		if (!written) throw notFound(id);
		const change = kindOfChange(written.before, written.after);
		if (change) onChange({ streamId: id, change });
		return toRecord(written.after);
	}

	async function valuesOf(row: store.StreamRow, given: StreamPatch): Promise<Partial<store.StreamValues>> {
		const { rtsp_url, ...rest } = given;
		return rtsp_url === undefined
			? rest
			: { ...rest, ...(await addresses.columnsFor(row.id, rtsp_url, row)) };
	}

	async function get(id: string): Promise<StreamRecord> {
		return toRecord(await requireRow(id));
	}

	async function requireRow(id: string): Promise<store.StreamRow> {
		requireUuid(id);
		const row = await store.findStream(db, id);
		if (!row) throw notFound(id);
		return row;
	}

	async function remove(id: string): Promise<void> {
		requireUuid(id);
		if (!(await store.deleteStream(db, id))) throw notFound(id);
		onChange({ streamId: id, change: 'deleted' });
	}

	return {
		list: async ({ ephemeral = false } = {}) => (await store.listStreams(db, ephemeral)).map(toRecord),
		get,
		create,
		replace: patch,
		patch,
		remove,
		setActive: (id, active) => patch(id, { is_active: active }),
		runs: async (id, tail) => readRuns(db, (await requireRow(id)).id, tail),
		activity: async (id, tail) => readActivity(db, (await requireRow(id)).id, tail),
		sourceToProbe: async (input) => {
			const row = input.stream_id === undefined ? null : await requireRow(input.stream_id);
			return addresses.sourceToProbe(input.url, row, input);
		}
	};
}

/** Whether a stream of a scenario or session runs is decided there. */
function refuseToDrive(row: store.StreamRow, { is_active }: Partial<store.StreamValues>): void {
	if (!row.ephemeral || is_active === undefined || is_active === row.is_active) return;
	throw new AppError(
		'conflict',
		`${row.name} belongs to a scenario or a session: start and stop it there, under /api/v1/scenario or /api/v1/session.`
	);
}

/** Only what is not already so: saving a form unchanged changes nothing. */
function differing(row: store.StreamRow, values: Partial<store.StreamValues>): Partial<store.StreamValues> {
	const current: Record<string, unknown> = row;
	return Object.fromEntries(
		Object.entries(values).filter(([key, value]) => !isDeepStrictEqual(value, current[key]))
	);
}

/** What has to follow from a write; null when it changed nothing. Starting or stopping counts before anything else, moving before a restart. */
function kindOfChange(before: store.StreamRow, after: store.StreamRow): StreamChange['change'] | null {
	if (before.is_active !== after.is_active) return 'activation';
	if (!isDeepStrictEqual(before.placement, after.placement)) return 'placement';
	const processing = ['sealed_url', ...PROCESSING_FIELDS] as const;
	if (processing.some((field) => before[field] !== after[field])) return 'processing';
	return before.updated_at.getTime() === after.updated_at.getTime() ? null : 'display';
}

function requireUnchanged(row: store.StreamRow, expected: string | undefined): void {
	if (expected !== undefined && row.updated_at.toISOString() !== expected) throw changedMeanwhile(row);
}

function changedMeanwhile(row: store.StreamRow): AppError {
	return new AppError(
		'conflict',
		`${row.name} was changed at ${row.updated_at.toISOString()}, after you read it. Load it again and repeat your change.`
	);
}

/** A model that is not there, or was deleted this moment, is a field that is not valid. */
export function explained(error: unknown): never {
	if (!store.namesUnknownModel(error)) throw error;
	throw new AppError('invalid_input', 'model_id: there is no such model. GET /api/v1/models lists them.', {
		errors: [{ path: 'model_id', message: 'there is no such model' }],
		cause: error
	});
}

function requireUuid(id: string): void {
	if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) throw notFound(id);
}

function notFound(id: string): AppError {
	return new AppError(
		'not_found',
		`There is no stream ${id.slice(0, 64)}. GET /api/v1/streams lists those there are.`
	);
}
