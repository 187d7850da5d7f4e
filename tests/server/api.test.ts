// Every call of the API as its document tells it, made of the running server: with what it asks for, and with much that it does not.
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES, roleAllows, type Role } from '#lib/contracts/account.ts';
import { tinyModel } from '#lib/server/models/testing/tiny.ts';
import { openApiDocument } from '#lib/server/openapi/index.ts';
import { createChance } from '../delivery/random.ts';
import {
	client,
	newDataDir,
	removeDataDir,
	setUp,
	signIn,
	startServer,
	type Client,
	type RunningServer
} from '../support/server.ts';
import { createContract, type Got } from './api/contract.ts';
import { callsOf, schemaOf, type Call, type Document, type Schema } from './api/document.ts';
import { createHouse, FILM, LINE, TRIANGLE, type House, type IdKind } from './api/house.ts';
import { BAD_BODIES, BROKEN_IDS, ODD_IDS, oddQuery, spoiled, wrongQuery } from './api/spoil.ts';
import { valueOf, type Likely } from './api/values.ts';

/** The same values each time, so that a failure is a change's; VF_API_SEED has others. */
const SEED = Number(process.env['VF_API_SEED'] ?? 1);

const document = JSON.parse(JSON.stringify(openApiDocument('test'))) as Document;
const contract = createContract(document);
/** What is made comes before what reads, changes and removes it. */
const ORDER = ['POST', 'GET', 'PATCH', 'PUT', 'DELETE'];
const CALLS = callsOf(document).sort((a, b) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method));
const AT_ONCE = 6;
const SECRET = 'a-secret-that-only-grafana-knows';
const BEARER = { authorization: `Bearer ${SECRET}` };
const NOBODY = '00000000-0000-4000-8000-00000000000b';

/** What a good call answers where it is not its success, and why. */
const OTHERWISE: Record<string, number[]> = {
	'POST /api/v1/setup': [409], // done before anything else
	'DELETE /api/v1/messages/parked/{id}': [404], // nothing is set aside without a journal
	'POST /api/v1/messages/parked/{id}/retry': [404],
	'GET /api/v1/geocode': [404], // no service is configured
	'GET /api/v1/geocode/reverse': [404],
	'GET /api/v1/alerts/{id}/clip.mp4': [404], // its rule keeps none
	'POST /api/v1/channels/{id}/deliveries/{deliveryId}/retry': [204, 409], // it may just have been given up
	'GET /api/v1/alerts/{id}/received': [404], // it is our own
	'GET /health': [200, 503],
	'GET /health/ready': [200, 503]
};
/** What values by chance never have: the right password, or a server without people. */
const NEVER_TAKEN = ['POST /api/auth/sign-in/email', 'POST /api/v1/setup'];
/** Each costs a process or seconds of somebody's patience: with few values. */
const COSTLY = [
	'/streams/probe',
	'/api/v1/models',
	'/api/v1/infer',
	'/sign-in',
	'/channels/{id}/test',
	'/init'
];
/** Values that mean something: what the house has, or what does no harm. */
const BODIES: Record<string, (body: Record<string, unknown>) => Record<string, unknown> | Promise<object>> = {
	ZoneInput: (body) => ({ ...body, points: body['kind'] === 'line' ? LINE : TRIANGLE }),
	ZonePatch: ({ name = 'Other' }) => ({ name }),
	RuleInput: async (body) => ({ ...body, ...(await place(body)), enabled: false, channel_ids: [] }),
	RulePatch: ({ name = 'Other', cooldown_s = 3 }) => ({ name, cooldown_s }),
	DryRunInput: async (body) => ({ ...body, ...(await place(body)) }),
	UserInput: (body) => ({ ...body, email: `u${Math.random()}@people.example` }),
	StreamInput: (body) => ({ ...body, is_active: false }),
	StreamPatch: (body) => ({ ...body, is_active: false }),
	// Nobody here bears labels by chance, and nobody else could look.
	ProbeInput: ({ placement: _, ...body }) => body,
	ChannelPatch: ({ config: _, ...body }) => body
};

let server: RunningServer;
let house: House;
let people: Record<Role, Client>;
let leaving: Client;
let picture: Uint8Array<ArrayBuffer>;
/** What bodies may name. */
let there: { model_id: string; stream_id: string };

beforeAll(async () => {
	server = await startServer({ dataDir: newDataDir(), env: { VF_WEBHOOK_TOKEN: SECRET } });
	const admin = await setUp(server);
	people = { admin } as Record<Role, Client>;
	for (const role of ROLES.filter((one) => one !== 'admin')) {
		const account = { email: `${role}@people.example`, password: 'a long password' };
		await admin.json('POST', '/api/v1/users', { ...account, name: role, role });
		people[role] = await signIn(server, account);
	}
	leaving = await signIn(server, { email: 'viewer@people.example', password: 'a long password' });
	house = await createHouse(admin);
	const grey = { create: { width: 64, height: 64, channels: 3 as const, background: 'grey' } };
	picture = new Uint8Array(await sharp(grey).jpeg().toBuffer());
	// Whatever is asked for first finds pictures, detections and an alert.
	await Promise.all([house.id('alerts'), house.id('{streamId}')]);
	there = { model_id: await house.id('models'), stream_id: await house.id('streams') };
});
afterAll(async () => {
	house?.close();
	await server?.end();
	if (server) removeDataDir(server.dataDir);
});

/** A zone of the kind that the rule's condition looks at, and the camera it is on. */
async function place({ condition }: Record<string, unknown>): Promise<object> {
	const stream_id = await house.id('streams');
	if ((condition as { type: string }).type !== 'line_crossed') return { stream_id, zone_id: null };
	const zone = { name: 'Line', kind: 'line', points: LINE };
	const { body } = await people.admin.json('POST', `/api/v1/streams/${stream_id}/zones`, zone);
	return { stream_id, zone_id: (body as { id?: string }).id ?? (await lineOf(stream_id)) };
}

async function lineOf(streamId: string): Promise<string> {
	const { body } = await people.admin.json('GET', `/api/v1/streams/${streamId}/zones`);
	return (body as { id: string; kind: string }[]).find(({ kind }) => kind === 'line')!.id;
}

interface Sent {
	call: Call;
	/** With ids in place of names. */
	path: string;
	query?: string;
	body?: string | Uint8Array<ArrayBuffer>;
	headers?: Record<string, string>;
	as?: Client;
	/** Where its status is told. */
	told?: number[];
}

async function send({
	call,
	path,
	query = '',
	body,
	headers = {},
	as = people.admin,
	told
}: Sent): Promise<Got> {
	const ending = new AbortController();
	const type: Record<string, string> =
		call.body && body !== undefined ? { 'content-type': call.body.media.replace('*', 'jpeg') } : {};
	const response = await as.fetch(`${path}${query}`, {
		method: call.method,
		headers: { ...type, ...(call.token === 'webhookToken' ? BEARER : {}), ...headers },
		signal: ending.signal,
		...(body !== undefined && { body })
	});
	const endless = /event-stream|x-mixed-replace/.test(response.headers.get('content-type') ?? '');
	const text = endless ? '' : await response.text();
	ending.abort();
	told?.push(response.status);
	return { status: response.status, headers: response.headers, text };
}

async function pathOf(call: Call): Promise<string> {
	const segments = call.path.split('/');
	for (const [index, segment] of segments.entries()) {
		if (!segment.startsWith('{')) continue;
		const before = call.path.split('/')[index - 1] as IdKind;
		// What is removed, and whoever might be locked out, is made for that alone.
		const own =
			call.method === 'DELETE'
				? index === segments.length - 1
				: /\/streams\/\{id\}\/(stop|deactivate)$/.test(call.path);
		segments[index] = await house.id(before, own || before === 'users');
	}
	return segments.join('/');
}

const likely: Likely = (field, chance) => {
	if (['rtsp_url', 'camera_url'].includes(field)) return FILM;
	if (field === 'url') return chance.of(['http://127.0.0.1:9/', 'http://127.0.0.1:9/x?y=%20']);
	if (field === 'model_id' || field === 'stream_id') return there[field];
	if (field === 'timezone') return chance.of(['UTC', 'Europe/Copenhagen', 'Asia/Kathmandu']);
	if (field === 'source') return 'url';
	return undefined;
};

const nameOf = (schema: Schema) => schema.$ref?.split('/').at(-1) ?? '';

/** Bodies that should be taken: the document's example first, then some by chance. */
async function goodBodies(
	call: Call,
	count: number
): Promise<(string | Uint8Array<ArrayBuffer> | undefined)[]> {
	if (!call.body) return [undefined];
	if (!call.body.schema) return [call.path.endsWith('/models') ? new Uint8Array(tinyModel()) : picture];
	const schema = schemaOf(document, call.body.schema);
	const chance = createChance(SEED + call.name.length);
	const made = Array.from({ length: count }, () => valueOf(schema, chance, likely));
	const fit = BODIES[nameOf(call.body.schema)] ?? ((body: object) => body);
	const all = [{ ...(schema.examples?.[0] as object), ...harmless(call) }, ...made];
	return Promise.all(all.map(async (body) => JSON.stringify(await fit(body as Record<string, unknown>))));
}

/** The example's camera is nobody's: a film does as well, and is there at once. */
function harmless({ path }: Call): object {
	if (path.endsWith('/probe') || path.endsWith('/session/create')) return { url: FILM };
	if (path.endsWith('/init')) return { camera_url: FILM };
	return path.endsWith('/sign-in/email') ? { email: 'admin@example.org' } : {};
}

/** With what the call needs; with `chance`, some of the rest too. */
async function goodQuery(call: Call, chance = createChance(SEED)): Promise<string> {
	const query = new URLSearchParams();
	for (const { name, in: where, required, schema } of call.parameters) {
		if (where !== 'query' || !required) continue;
		if (name === 'model_id') query.set(name, await house.id('models'));
		else query.set(name, String(valueOf(schema, chance, likely, name)));
	}
	return query.size === 0 ? '' : `?${query}`;
}

const withQuery = (query: string, name: string, value: string) => {
	const all = new URLSearchParams(query);
	all.set(name, value);
	return `?${all}`;
};

/** Some at a time; what is wrong with their answers. */
async function faultsOf(
	tries: { why: string; sent: Sent; refused?: boolean }[],
	min = 400
): Promise<string[]> {
	const found: string[] = [];
	const left = [...tries];
	const worker = async () => {
		for (let next = left.shift(); next; next = left.shift()) {
			const { why, sent, refused = false } = next;
			const got = await send(sent);
			const taken = refused && (got.status < min || got.status === 503);
			const faults = [...contract.faults(sent.call, got), ...(taken ? [`is taken: ${got.status}`] : [])];
			found.push(...faults.map((fault) => `${sent.call.name}, ${why}: ${fault}`));
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, worker));
	return found;
}

describe.each(CALLS.map((call) => [call.name, call] as const))('%s', (name, call) => {
	const costly = COSTLY.some((path) => call.path.includes(path));
	const as = call.path.endsWith('/sign-out') ? () => leaving : () => people.admin;

	it('does with its example what it says', async () => {
		const [body] = await goodBodies(call, 0);
		const sent = { call, path: await pathOf(call), query: await goodQuery(call), as: as() };
		const got = await send({ ...sent, ...(body !== undefined && { body: withPassword(call, body) }) });
		const success = Number(Object.keys(call.responses).find((status) => status < '300'));
		expect(OTHERWISE[name] ?? [success], got.text.slice(0, 500)).toContain(got.status);
		expect(contract.faults(call, got)).toEqual([]);
	});

	if (call.body?.schema)
		it('takes bodies of its schema, or says why not', async () => {
			const [, ...bodies] = await goodBodies(call, costly ? 2 : 8);
			const path = await pathOf(call);
			const statuses: number[] = [];
			const tries = bodies.map((body) => ({
				why: String(body),
				sent: { call, path, body: body!, told: statuses }
			}));
			expect(await faultsOf(tries)).toEqual([]);
			// Not all can be: a name that is there, a time that is none. But if none is, these values say nothing.
			if (!NEVER_TAKEN.includes(name)) expect(Math.min(...statuses)).toBeLessThan(300);
		});

	if (call.body?.schema)
		it('refuses a body that is wrong in one place', async () => {
			const [body] = await goodBodies(call, 0);
			const path = await pathOf(call);
			const wrong = spoiled(JSON.parse(body as string), schemaOf(document, call.body!.schema!));
			expect(wrong.length + BAD_BODIES.length).toBeGreaterThan(10);
			const tries = [...BAD_BODIES, ...wrong].map(({ why, text }) => ({
				why,
				refused: true,
				sent: { call, path, body: text }
			}));
			expect(await faultsOf(tries)).toEqual([]);
		});

	if (call.body)
		it('minds no media type, and answers what is not understood', async () => {
			const path = await pathOf(call);
			const query = await goodQuery(call);
			const types = ['text/plain', 'multipart/form-data; boundary=x', 'application/xml', 'nonsense'];
			const tries = types.map((type) => ({
				why: type,
				refused: true,
				sent: { call, path, query, body: '<a>no json</a>', headers: { 'content-type': type } }
			}));
			expect(await faultsOf(costly ? tries.slice(0, 1) : tries)).toEqual([]);
		});

	const asked = call.parameters.filter((parameter) => parameter.in === 'query');
	const uploads = call.body !== null && call.body.schema === null;
	if (asked.length > 0)
		it('refuses a query that is wrong, and survives an odd one', async () => {
			const path = await pathOf(call);
			const query = await goodQuery(call);
			const body = uploads ? { body: new Uint8Array([1]) } : {};
			const one = (parameter: string, value: string, refused: boolean) => ({
				why: `${parameter}=${value.slice(0, 60)}`,
				refused,
				sent: { call, path, query: withQuery(query, parameter, value), ...body }
			});
			const wrong = asked.flatMap(({ name: parameter, schema }) =>
				wrongQuery(schema).map((value) => one(parameter, value, true))
			);
			const odd = asked.flatMap(({ name: parameter, schema }) =>
				oddQuery(schema)
					.slice(0, uploads ? 2 : undefined)
					.map((value) => one(parameter, value, false))
			);
			expect(await faultsOf([...wrong, ...odd])).toEqual([]);
		});

	if (call.path.includes('{'))
		it('knows nothing under an odd id', async () => {
			const [body] = await goodBodies(call, 0);
			const query = await goodQuery(call);
			const paths = ODD_IDS.map((id) => call.path.replaceAll(/\{\w+\}/g, id));
			const sent = { call, query, ...(body !== undefined && { body }) };
			expect(
				await faultsOf(
					paths.map((path) => ({ why: path.slice(0, 200), refused: true, sent: { ...sent, path } })),
					404
				)
			).toEqual([]);
			for (const id of BROKEN_IDS) {
				const got = await send({ ...sent, path: call.path.replaceAll(/\{\w+\}/g, id) });
				expect([400, 404]).toContain(got.status);
			}
		});

	const versioned = call.parameters.some((parameter) => parameter.name === 'If-Match');
	if (versioned)
		it('refuses a version that is past', async () => {
			const [body] = await goodBodies(call, 0);
			const path = await pathOf(call);
			const versions = ['"2001-01-01T00:00:00.000Z"', 'x', '"', 'W/"x"', '"\\"', `"${'x'.repeat(4000)}"`];
			const tries = versions.map((version) => ({
				why: `If-Match: ${version}`,
				refused: true,
				sent: { call, path, body: body!, headers: { 'if-match': version } }
			}));
			expect(await faultsOf(tries, 409)).toEqual([]);
		});

	if (call.role !== 'public')
		it('is closed to strangers and to lesser roles', async () => {
			const path = call.path.replaceAll(/\{\w+\}/g, NOBODY);
			const lesser = ROLES.filter((role) => !roleAllows(role, call.role as Role));
			const badKey = client(server, { authorization: 'Bearer vf_no_such_key' });
			const closed = [
				...[client(server), badKey].map((somebody) => [somebody, 401] as const),
				...lesser.map((role) => [people[role], 403] as const)
			];
			for (const [somebody, status] of closed) {
				const got = await send({ call, path, as: somebody });
				expect([got.status, ...contract.faults(call, got)]).toEqual([status]);
			}
		});
});

/** The example's password is the administrator's here. */
function withPassword(call: Call, body: string | Uint8Array<ArrayBuffer>) {
	if (!call.path.endsWith('/sign-in/email')) return body;
	return JSON.stringify({ email: 'admin@example.org', password: 'correct horse battery' });
}

it('is the document the server gives', async () => {
	const { body } = await people.admin.json('GET', '/api/v1/openapi.json');
	expect((body as Document).paths).toEqual(document.paths);
	expect((body as Document).components).toEqual(document.components);
});
