// The models' routes and POST /infer with the real rooms, and a real model in a real inference thread.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RequestEvent } from '@sveltejs/kit';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '#lib/contracts/account.ts';
import { inferAnswer, type InferAnswer, type ModelRecord } from '#lib/contracts/model.ts';
import type { Problem } from '#lib/contracts/problem.ts';
import type { Services } from '#lib/server/app/services.ts';
import { createMemoryBus } from '#lib/server/bus/index.ts';
import { startTestDatabase, type TestDatabase } from '#lib/server/db/testing.ts';
import { createEngine } from '#lib/server/engine/index.ts';
import { createFiles } from '#lib/server/files/index.ts';
import { createModels } from '#lib/server/models/index.ts';
import { bodyOf, tinyModel } from '#lib/server/models/testing/tiny.ts';
import { createStreams } from '#lib/server/streams/index.ts';
import * as infer from '../infer/+server.ts';
import * as one from './[id]/+server.ts';
import * as all from './+server.ts';

let database: TestDatabase;
let folder: string;
let services: Services;

beforeAll(async () => {
	database = await startTestDatabase();
	folder = mkdtempSync(join(tmpdir(), 'vf-models-'));
	const { db } = database;
	const log = pino({ level: 'silent' });
	const config = { secretKey: 'k'.repeat(32), mediaDirs: [], sourceDeny: [], instanceId: 'test' };
	const disk = { dataDir: folder, instance: 'test', objects: null };
	const files = createFiles({ ...disk, bus: createMemoryBus(log), log });
	const models = createModels({ db, log, dataDir: folder, files });
	const engine = createEngine({
		streams: createStreams({ db, log, config }),
		bus: createMemoryBus(log),
		log,
		instanceId: 'test',
		ffmpegPath: 'ffmpeg',
		maxStreams: 4,
		preview: { fps: 6, maxWidth: 960, quality: 65 },
		watches: { of: async () => ({ zones: [], rules: [] }) },
		clipsDir: null,
		models,
		inference: { threads: 1, pending: 2, provider: 'cpu' }
	});
	services = { log, models, engine } as Partial<Services> as Services;
});
afterAll(async () => {
	await services.engine.stop();
	await database.stop();
	rmSync(folder, { recursive: true });
});
beforeEach(() => database.reset());

type Route = (event: RequestEvent) => Promise<Response>;
interface Asked {
	role?: Role | null;
	id?: string;
	query?: string;
	body?: Uint8Array;
}

function ask(route: Route, { role = 'admin', id, query = '', body }: Asked = {}): Promise<Response> {
	const url = new URL(`http://localhost/api/v1/x${query}`);
	const init = body ? { method: 'POST', body: bodyOf(body), duplex: 'half' } : {};
	const identity = role && { userId: 'u', email: 'u@example.org', name: 'U', role, via: 'session' as const };
	return route({
		request: new Request(url, init as RequestInit),
		url,
		params: { id },
		locals: { services, identity, requestId: 'r' }
	} as unknown as RequestEvent);
}

async function add(over = {}, query = '?name=People'): Promise<ModelRecord> {
	const response = await ask(all.POST, { body: tinyModel(over), query });
	expect(response.status).toBe(201);
	return (await response.json()) as ModelRecord;
}

const problemOf = async (response: Promise<Response>) => (await (await response).json()) as Problem;

describe('models', () => {
	it('are uploaded by administrators, read by everybody, removed by administrators', async () => {
		const body = tinyModel();
		expect((await ask(all.POST, { role: 'operator', body })).status).toBe(403);
		const { id } = await add();
		expect(await (await ask(all.GET, { role: 'viewer' })).json()).toMatchObject([{ id, name: 'People' }]);
		expect((await ask(one.GET, { role: 'viewer', id })).status).toBe(200);
		expect((await ask(one.GET, { role: null, id })).status).toBe(401);
		expect((await ask(one.DELETE, { role: 'operator', id })).status).toBe(403);
		expect((await ask(one.DELETE, { id })).status).toBe(204);
		expect((await ask(one.GET, { id })).status).toBe(404);
	});

	it('take what the query says of them', async () => {
		const record = await add({ names: '' }, '?labels=red%20car,blue%20car&name=Cars');
		expect(record).toMatchObject({ name: 'Cars', labels: ['red car', 'blue car'] });
	});

	it.each(['?nmae=x', '?format=yolov4', '?width=abc', '?width=1e9', '?labels=,', '?name='])(
		'%s is refused before anything is read',
		async (query) => {
			const refused = ask(all.POST, { body: tinyModel(), query });
			expect(await problemOf(refused)).toMatchObject({ status: 400, code: 'invalid_input' });
		}
	);

	it('say why they cannot be used', async () => {
		const refused = ask(all.POST, { body: Buffer.from('PK\u0003\u0004 a zip file') });
		expect(await problemOf(refused)).toMatchObject({ status: 422, code: 'model_unusable' });
		expect(await problemOf(ask(all.POST))).toMatchObject({
			status: 400,
			detail: expect.stringMatching(/empty/)
		});
	});
});

describe('a picture', () => {
	const picture = (width = 320, height = 160) =>
		sharp({ create: { width, height, channels: 3, background: '#556677' } });
	const look = (id: string, body: Uint8Array, query = '') =>
		ask(infer.POST, { role: 'operator', body, query: `?model_id=${id}${query}` });

	it('is looked at, and its boxes are fractions of it', async () => {
		const { id } = await add();
		const formats = [picture().jpeg(), picture().png(), picture().webp(), picture().grayscale().png()];
		for (const format of formats) {
			const response = await look(id, await format.toBuffer());
			expect(response.status).toBe(200);
			const answer = inferAnswer.parse(await response.json());
			expect(answer).toMatchObject({ model_id: id, width: 320, height: 160 });
			expect(answer.detections).toHaveLength(1);
			// 16 × 32 px in the middle of 64 × 64, of which the picture fills the middle half of the height.
			const { x, y, width, height } = answer.detections[0]!.bounding_box;
			expect([x, y, width, height].map((value) => Math.round(value * 100) / 100)).toEqual([0.38, 0, 0.25, 1]);
			expect(answer.detections[0]).toMatchObject({ label: 'person' });
		}
	});

	it('may be large: it is looked at smaller, and upright', async () => {
		const { id } = await add();
		const sideways = await picture(4000, 3000).jpeg().withMetadata({ orientation: 6 }).toBuffer();
		const answer = (await (await look(id, sideways)).json()) as InferAnswer;
		expect(answer).toMatchObject({ width: 3000, height: 4000 });
	});

	it('shows only what the model is sure enough of', async () => {
		const { id } = await add({ confidence: 0.4 });
		const body = await picture().png().toBuffer();
		const found = async (query: string) =>
			((await (await look(id, body, query)).json()) as InferAnswer).detections.length;
		expect(await found('&confidence=0.3')).toBe(1);
		expect(await found('&confidence=0.5')).toBe(0);
	});

	it.each([
		['text', Buffer.from('hello'), 400, /no picture.*does not begin.*JPEG/s],
		['half a JPEG', null, 400, /cannot be decoded/],
		[
			'a PNG by its first bytes alone',
			Buffer.from('\x89PNG\r\n\x1a\n and then this', 'latin1'),
			400,
			/header/
		],
		['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), 400, /begin/]
	])('that is %s is refused in words', async (_, body, status, detail) => {
		const { id } = await add();
		const half = async () => {
			const jpeg = await picture(2000, 1000).jpeg().toBuffer();
			return jpeg.subarray(0, jpeg.length / 2);
		};
		const problem = await problemOf(look(id, body ?? (await half())));
		expect(problem).toMatchObject({ status, detail: expect.stringMatching(detail) });
	});

	it('with more pixels or bytes than are looked at is refused', async () => {
		const { id } = await add();
		const wide = await picture(10_001, 2).png().toBuffer();
		expect(await problemOf(look(id, wide))).toMatchObject({
			code: 'payload_too_large',
			detail: expect.stringMatching(/10001×2/)
		});
		const heavy = new Uint8Array(20 * 2 ** 20 + 1);
		expect(await problemOf(look(id, heavy))).toMatchObject({
			code: 'payload_too_large',
			detail: expect.stringMatching(/20 MiB/)
		});
	});

	it('needs a model that is there, and an operator', async () => {
		const body = await picture().png().toBuffer();
		const { id } = await add();
		expect((await look(id, body)).status).toBe(200);
		await ask(one.DELETE, { id });
		expect((await look(id, body)).status).toBe(404);
		expect((await look('00000000-0000-4000-8000-000000000000', body)).status).toBe(404);
		expect((await look('nonsense', body)).status).toBe(400);
		expect((await ask(infer.POST, { role: 'viewer', body })).status).toBe(403);
	});
});
