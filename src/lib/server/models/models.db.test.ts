// The models room on a real database and disk, with real models: what is kept, what is refused, and what stays behind.
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { modelRecord } from '#lib/contracts/model.ts';
import { streamInput, streamPatch } from '#lib/contracts/stream.ts';
import { createMemoryBus } from '../bus/index.ts';
import { startTestDatabase, type TestDatabase } from '../db/testing.ts';
import { createFiles } from '../files/index.ts';
import { createStreams, type Streams } from '../streams/index.ts';
import { createModels, type Models, type ModelsDeps } from './index.ts';
import { bodyOf, tinyModel } from './testing/tiny.ts';

const REAL = resolve('../shared/data/models');
let database: TestDatabase;
let dataDir: string;
let dir: string;
let models: Models;
let streams: Streams;

beforeAll(async () => {
	database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
	await database.reset();
	dataDir = mkdtempSync(join(tmpdir(), 'vf-models-'));
	dir = join(dataDir, 'models');
	models = room();
	streams = createStreams({
		db: database.db,
		log: pino({ level: 'silent' }),
		config: { secretKey: 'k'.repeat(32), mediaDirs: [], sourceDeny: [], instanceId: 'test' }
	});
});
afterEach(() => rmSync(dataDir, { recursive: true }));

function room(over: Partial<ModelsDeps> = {}): Models {
	const log = pino({ level: 'silent' });
	const bus = createMemoryBus(log);
	const files = createFiles({ dataDir, instance: 'test', objects: null, bus, log });
	return createModels({ db: database.db, log, dataDir, files, ...over });
}

const upload = (bytes: Uint8Array, given = {}) => models.upload(bodyOf(bytes), given, 'anna@example.org');
const addStream = (model_id: string | null, name = 'Gate') =>
	streams.create(streamInput.parse({ name, rtsp_url: 'rtsp://10.0.0.5/live', model_id }), 'test');
const files = () => (existsSync(dir) ? readdirSync(dir) : []);

describe('upload', () => {
	it('keeps a model with what its file says, and gives threads what they need', async () => {
		const bytes = tinyModel();
		const record = await upload(bytes, { name: 'People' });
		expect(modelRecord.parse(record)).toEqual(record);
		expect(record).toMatchObject({
			name: 'People',
			version: 1,
			format: 'yolov8',
			input_width: 64,
			input_height: 64,
			precision: 'float32',
			labels: ['person', 'dog'],
			size_bytes: bytes.length,
			used_by: [],
			created_by: 'anna@example.org'
		});
		expect(await models.list()).toEqual([record]);
		expect(await models.get(record.id)).toEqual(record);
		const loadable = await models.loadable(record.id);
		expect(readFileSync(loadable!.path).equals(bytes)).toBe(true);
		expect(loadable!.spec.labels).toEqual(['person', 'dog']);
	});

	it('counts the uploads of a name, two at once too; another name begins anew', async () => {
		const [one, two] = await Promise.all([
			upload(tinyModel({ confidence: 0.91 }), { name: 'People' }),
			upload(tinyModel({ confidence: 0.92 }), { name: 'People' })
		]);
		expect([one.version, two.version].sort()).toEqual([1, 2]);
		expect((await upload(tinyModel({ confidence: 0.93 }), { name: 'Dogs' })).version).toBe(1);
		expect((await models.list()).map(({ name, version }) => `${name} ${version}`)).toEqual([
			'Dogs 1',
			'People 2',
			'People 1'
		]);
	});

	it('takes what the uploader says where the file is silent, and names what has no name', async () => {
		const record = await upload(tinyModel({ names: '' }), { labels: ['car', 'bus'] });
		expect(record.labels).toEqual(['car', 'bus']);
		expect(record.name).toBe('yolov8 64×64');
	});

	it('names the model that is the very same file', async () => {
		const first = await upload(tinyModel(), { name: 'People' });
		const again = upload(tinyModel(), { name: 'Another' });
		await expect(again).rejects.toMatchObject({
			code: 'conflict',
			message: expect.stringContaining(`People, version 1 (${first.id})`)
		});
		expect(files()).toHaveLength(1);
	});

	it('keeps one of the same file sent twice at once', async () => {
		const outcomes = await Promise.allSettled([upload(tinyModel()), upload(tinyModel())]);
		expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
		expect(files()).toHaveLength(1);
		expect(await models.list()).toHaveLength(1);
	});

	it.each([
		['no ONNX', Buffer.from('not a model'), /not a whole ONNX model.*Upload the \.onnx/s],
		['half a file', tinyModel().subarray(0, 1000), /ONNX/],
		[
			'of another shape',
			tinyModel({ outputs: [{ name: 'x', dims: [1, 10], values: new Float32Array(10) }] } as object),
			/10/
		],
		['failing when it runs', tinyModel({ trap: 'throws' } as object), /fails when it runs/],
		['asking for a terabyte', tinyModel({ trap: 'huge' } as object), /./]
	])('refuses what is %s, in words, and leaves nothing', async (_, bytes, words) => {
		await expect(upload(bytes)).rejects.toMatchObject({
			code: 'model_unusable',
			message: expect.stringMatching(words)
		});
		expect(files()).toEqual([]);
		expect(await models.list()).toEqual([]);
	});

	it('refuses what is too large, and leaves nothing', async () => {
		models = room({ maxBytes: 1000 });
		await expect(upload(tinyModel())).rejects.toMatchObject({ code: 'payload_too_large' });
		expect(files()).toEqual([]);
	});

	it('tries few at once', async () => {
		const outcomes = await Promise.allSettled(
			[0.91, 0.92, 0.93].map((confidence) => upload(tinyModel({ confidence })))
		);
		expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
		expect(outcomes[2]).toMatchObject({ reason: { code: 'rate_limited' } });
	});

	it.skipIf(!existsSync(REAL)).each(['yolox_nano_v8_640', 'yolox_nano_e2e_416', 'nanodet_m_416'])(
		'knows %s (skipped without ../shared/data)',
		async (name) => {
			const record = await upload(readFileSync(join(REAL, `${name}.onnx`)), { name });
			expect(record.input_width).toBe(Number(name.slice(-3)));
			expect(record.labels).toHaveLength(80);
			expect(record.trial_ms).toBeGreaterThan(1);
		}
	);
});

describe('use', () => {
	it('tells which streams chose a model, and refuses to remove it while they do', async () => {
		const { id } = await upload(tinyModel());
		const gate = await addStream(id);
		const yard = await addStream(id, 'Yard');
		expect((await models.get(id)).used_by).toEqual([
			{ id: gate.id, name: 'Gate' },
			{ id: yard.id, name: 'Yard' }
		]);
		expect((await models.list())[0]!.used_by).toHaveLength(2);
		await expect(models.remove(id)).rejects.toMatchObject({
			code: 'in_use',
			message: expect.stringContaining('Gate, Yard')
		});
		expect(files()).toHaveLength(1);
		for (const stream of [gate, yard]) await streams.patch(stream.id, streamPatch.parse({ model_id: null }));
		await models.remove(id);
		expect(files()).toEqual([]);
		expect(await models.loadable(id)).toBeNull();
	});

	it('says of a model whose file is gone, or not as it was, that it cannot be used', async () => {
		const { id } = await upload(tinyModel(), { name: 'People' });
		const [file] = files();
		writeFileSync(join(dir, file!), 'half a mod');
		const words = /^The file of People, version 1, is not here\. The file is not there any more/;
		const refused = { code: 'model_unusable', message: expect.stringMatching(words) as string };
		await expect(models.loadable(id)).rejects.toMatchObject(refused);
		rmSync(join(dir, file!));
		await expect(models.loadable(id)).rejects.toMatchObject(refused);
		await models.remove(id);
		expect(await models.loadable(id)).toBeNull();
	});

	it('names the files that belong to models', async () => {
		const { id } = await upload(tinyModel());
		const paths = [`models/${id}.onnx`, `models/${randomUUID()}.onnx`];
		expect(await models.knownFiles(paths)).toEqual(new Set([paths[0]]));
		expect(await models.knownFiles([])).toEqual(new Set());
	});

	it('lets no stream choose a model that is not there', async () => {
		const refused = {
			code: 'invalid_input',
			errors: [{ path: 'model_id', message: 'there is no such model' }]
		};
		await expect(addStream(randomUUID())).rejects.toMatchObject(refused);
		const { id } = await addStream(null);
		await expect(streams.patch(id, { model_id: randomUUID() })).rejects.toMatchObject(refused);
		expect((await streams.get(id)).model_id).toBeNull();
	});

	it('a model removed while a stream chooses it: one of the two is refused, and nothing dangles', async () => {
		for (let round = 0; round < 5; round++) {
			const { id } = await upload(tinyModel({ confidence: 0.5 + round / 20 }));
			const stream = await addStream(null);
			await Promise.allSettled([models.remove(id), streams.patch(stream.id, { model_id: id })]);
			const chosen = (await streams.get(stream.id)).model_id;
			expect((await models.loadable(id)) !== null).toBe(chosen === id);
		}
	});

	it.each(['', 'nonsense', "'; drop table models", randomUUID()])('there is no model %j', async (id) => {
		await expect(models.get(id)).rejects.toMatchObject({ code: 'not_found' });
		await expect(models.remove(id)).rejects.toMatchObject({ code: 'not_found' });
		expect(await models.loadable(id)).toBeNull();
	});
});
