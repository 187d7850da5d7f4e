// The models room's door: ONNX files that people uploaded, vetted before they are kept, and which streams use them.
import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
	MAX_MODEL_BYTES,
	type LoadableModel,
	type ModelOverrides,
	type ModelRecord,
	type VettingResult
} from '#lib/contracts/model.ts';
import { AppError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import * as store from './store.ts';
import { partName, prepareFolder, receive, type Received } from './upload.ts';
import { createVetting, type Vetting } from './vetting.ts';

export { decodePicture, type DecodedPicture } from './picture.ts';

export interface Models {
	/** By name, the newest version first. */
	list(): Promise<ModelRecord[]>;
	/** Throws `not_found`. */
	get(id: string): Promise<ModelRecord>;
	/**
	 * Stores an ONNX file that passes its vetting as the next version of its name. Throws `model_unusable` in the words of
	 * the vetting, `conflict` for a file that is there already, `payload_too_large`, `storage_full`, `rate_limited` when
	 * others are being tried, `invalid_input` when the body is empty or breaks off.
	 */
	upload(body: ReadableStream<Uint8Array> | null, given: ModelOverrides, by: string): Promise<ModelRecord>;
	/** Throws `in_use` naming the streams, `not_found`. */
	remove(id: string): Promise<void>;
	/** What a thread needs to load it; null when there is no such model. */
	loadable(id: string): Promise<LoadableModel | null>;
	/** Ends what is being tried. */
	close(): void;
}

export interface ModelsDeps {
	db: store.ModelsDatabase;
	log: Logger;
	/** Where the files are kept; made when the first one comes. */
	dir: string;
	/** The room's own unless given. */
	vetting?: Vetting;
	maxBytes?: number;
}

/** Uploads under way at once: each may fill the disk and a core. */
const MAX_UPLOADS = 2;

export function createModels(deps: ModelsDeps): Models {
	const { db, log, dir, maxBytes = MAX_MODEL_BYTES } = deps;
	const vetting = deps.vetting ?? createVetting();
	let uploads = 0;

	async function upload(
		body: ReadableStream<Uint8Array> | null,
		given: ModelOverrides,
		by: string
	): Promise<ModelRecord> {
		if (uploads >= MAX_UPLOADS) throw tooMany();
		uploads++;
		const id = randomUUID();
		const part = join(dir, partName(id));
		try {
			await prepareFolder(dir);
			const received = await receive(body, part, maxBytes);
			const same = await store.findByHash(db, received.sha256);
			if (same) throw alreadyThere(same);
			const verdict = await vetting.vet(part, given);
			if (!verdict.ok) throw unusable(verdict);
			return await keep({ id, part, received, verdict, given, by });
		} finally {
			uploads--;
			await rm(part, { force: true });
		}
	}

	async function keep(vetted: Vetted): Promise<ModelRecord> {
		const file = `${vetted.id}.onnx`;
		await rename(vetted.part, join(dir, file));
		const outcome = await store.insertModel(db, valuesOf(vetted, file)).catch(async (error: unknown) => {
			await rm(join(dir, file), { force: true });
			throw error;
		});
		if ('same' in outcome) {
			await rm(join(dir, file), { force: true });
			throw alreadyThere(outcome.same);
		}
		const record = toRecord(outcome.added, []);
		log.info({ model: record.id, name: record.name, version: record.version, by: vetted.by }, 'model added');
		return record;
	}

	async function get(id: string): Promise<ModelRecord> {
		const row = isUuid(id) ? await store.findModel(db, id) : undefined;
		if (!row) throw notFound(id);
		return toRecord(row, (await store.streamsByModel(db, id)).get(id) ?? []);
	}

	async function remove(id: string): Promise<void> {
		const outcome = isUuid(id) ? await store.deleteModel(db, id) : null;
		if (!outcome) throw notFound(id);
		if ('usedBy' in outcome) throw inUse(outcome.usedBy);
		await rm(join(dir, outcome.removed.file), { force: true });
		log.info({ model: id, name: outcome.removed.name }, 'model removed');
	}

	return {
		async list() {
			const [rows, using] = await Promise.all([store.listModels(db), store.streamsByModel(db)]);
			return rows.map((row) => toRecord(row, using.get(row.id) ?? []));
		},
		get,
		upload,
		remove,
		async loadable(id) {
			const row = isUuid(id) ? await store.findModel(db, id) : undefined;
			return row ? { id: row.id, path: join(dir, row.file), spec: row.spec } : null;
		},
		close: vetting.close
	};
}

interface Vetted {
	id: string;
	part: string;
	received: Received;
	verdict: Extract<VettingResult, { ok: true }>;
	given: ModelOverrides;
	by: string;
}

function valuesOf({ id, received, verdict, given, by }: Vetted, file: string): store.ModelValues {
	const { spec, inputs, trialMs } = verdict;
	return {
		id,
		name: given.name ?? `${spec.format} ${spec.input.width}×${spec.input.height}`,
		format: spec.format,
		spec,
		inputs,
		file,
		size_bytes: received.sizeBytes,
		sha256: received.sha256,
		trial_ms: trialMs,
		created_by: by
	};
}

function toRecord(row: store.ModelRow, usedBy: store.StreamUsing[]): ModelRecord {
	const { spec } = row;
	return {
		id: row.id,
		name: row.name,
		version: row.version,
		format: row.format,
		input_width: spec.input.width,
		input_height: spec.input.height,
		precision: spec.input.dtype,
		labels: spec.labels,
		size_bytes: row.size_bytes,
		sha256: row.sha256,
		inputs: row.inputs,
		outputs: spec.outputs,
		trial_ms: row.trial_ms,
		used_by: usedBy.map(({ id, name }) => ({ id, name })),
		created_at: row.created_at.toISOString(),
		created_by: row.created_by
	};
}

function isUuid(id: string): boolean {
	return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
}

function notFound(id: string): AppError {
	return new AppError(
		'not_found',
		`There is no model ${id.slice(0, 64)}. GET /api/v1/models lists those there are.`
	);
}

function alreadyThere({ name, version, id }: store.ModelRow): AppError {
	return new AppError('conflict', `This very file is there already: ${name}, version ${version} (${id}).`);
}

function unusable({ problem, advice }: Extract<VettingResult, { ok: false }>): AppError {
	return new AppError('model_unusable', `${problem.replace(/\.$/, '')}. ${advice}`);
}

function inUse(usedBy: store.StreamUsing[]): AppError {
	const names = usedBy.slice(0, 5).map(({ name }) => name);
	const more = usedBy.length > 5 ? ` and ${usedBy.length - 5} more` : '';
	return new AppError(
		'in_use',
		`${names.join(', ')}${more} use${usedBy.length === 1 ? 's' : ''} this model. Choose another for ${usedBy.length === 1 ? 'it' : 'them'}, then delete it.`
	);
}

function tooMany(): AppError {
	return new AppError(
		'rate_limited',
		`${MAX_UPLOADS} models are being tried already. Try again in a minute.`,
		{
			retryAfterS: 30
		}
	);
}
