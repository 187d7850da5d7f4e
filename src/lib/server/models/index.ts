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
	/**
	 * What a thread needs to load it, its file fetched from the instance it was uploaded to; null when there is no such model.
	 * Throws `model_unusable` when its file is nowhere, or not as it was.
	 */
	loadable(id: string): Promise<LoadableModel | null>;
	/** Which of these files, by their paths under DATA_DIR, belong to a model. */
	knownFiles(paths: string[]): Promise<Set<string>>;
	/** Ends what is being tried. */
	close(): void;
}

/** Where files are kept that every instance reads, by their paths under DATA_DIR. */
export interface ModelFiles {
	/** Offers a file that lies here to the others. */
	publish(path: string): void;
	/** Absolute path of the file as it was stored, fetched where it is not here. Throws, saying where it is kept. */
	ensure(path: string, options: { expected: { sizeBytes: number; sha256: string } }): Promise<string>;
	/** Here and where the others find it. */
	remove(path: string): Promise<void>;
}

export interface ModelsDeps {
	db: store.ModelsDatabase;
	log: Logger;
	dataDir: string;
	files: ModelFiles;
	/** The room's own unless given. */
	vetting?: Vetting;
	maxBytes?: number;
}

/** Under DATA_DIR; made when the first file comes. */
const FOLDER = 'models';
const fileNameOf = (path: string) => path.slice(FOLDER.length + 1);
const pathOf = (file: string) => `${FOLDER}/${file}`;

/** Uploads under way at once: each may fill the disk and a core. */
const MAX_UPLOADS = 2;

export function createModels(deps: ModelsDeps): Models {
	const { db, log, files, maxBytes = MAX_MODEL_BYTES } = deps;
	const dir = join(deps.dataDir, FOLDER);
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
		files.publish(pathOf(file));
		const record = toRecord(outcome.added, []);
		log.info(
			{ modelId: record.id, model: record.name, version: record.version, by: vetted.by },
			'model added'
		);
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
		await files.remove(pathOf(outcome.removed.file));
		log.info({ modelId: id, model: outcome.removed.name }, 'model removed');
	}

	async function fileOf({
		name,
		version,
		file,
		size_bytes: sizeBytes,
		sha256
	}: store.ModelRow): Promise<string> {
		try {
			return await files.ensure(pathOf(file), { expected: { sizeBytes, sha256 } });
		} catch (error) {
			const why = error instanceof AppError ? error.message : 'It cannot be read.';
			throw new AppError('model_unusable', `The file of ${name}, version ${version}, is not here. ${why}`, {
				cause: error
			});
		}
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
			return row ? { id: row.id, path: await fileOf(row), spec: row.spec } : null;
		},
		knownFiles: async (paths) => new Set((await store.knownFiles(db, paths.map(fileNameOf))).map(pathOf)),
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
