// The page's reading of the real document: every call can be found, filled in, and said as a command.
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '#lib/server/openapi/index.ts';
import { formsOf, kindOf } from './fields.ts';
import { firstJpeg, perform } from './perform.ts';
import { paragraphs } from './prose.ts';
import { blank, curlOf, missing, requestOf } from './request.ts';
import { endsSomething, readSpec, search, type OpenApi } from './spec.ts';

const document = JSON.parse(JSON.stringify(openApiDocument('1.2.3'))) as OpenApi;
const spec = readSpec(document);
const calls = spec.chapters.flatMap((chapter) => chapter.calls);
const call = (id: string) => {
	const found = calls.find((one) => one.id === id);
	if (!found) throw new Error(`no call ${id}`);
	return found;
};
const ORIGIN = 'https://cameras.example.org';

describe('the document', () => {
	it('is read whole, in its own order', () => {
		const told = Object.values(document.paths).flatMap((methods) => Object.keys(methods));
		expect(calls).toHaveLength(told.length);
		expect(spec.chapters.map(({ title }) => title)).toEqual(document.tags.map(({ name }) => name));
		expect(spec.chapters.every((chapter) => chapter.calls.length > 0)).toBe(true);
	});

	it.each(calls.map((one) => [one.id, one] as const))(
		'%s has rows for what it takes and answers',
		(_, one) => {
			if (one.body?.schema)
				expect(formsOf(spec, one.body.schema).flatMap(({ rows }) => rows)).not.toHaveLength(0);
			expect(one.answers.map(({ status }) => status)).toContain('500');
			expect(one.answers.every(({ words }) => words !== '')).toBe(true);
			const parameters = Object.fromEntries(one.parameters.map((each) => [`${each.in} ${each.name}`, 'a/b']));
			const filled = { ...blank(spec, one), parameters, file: new File(['x'], 'x.bin') };
			expect(missing(one, filled)).toBeNull();
			expect(requestOf(one, filled).path).not.toMatch(/[{}]/);
			expect(curlOf(one, filled, ORIGIN)).toMatch(/^curl /);
		}
	);

	it('tells the forms of a body apart by the field that does so', () => {
		expect(formsOf(spec, call('post_channels').body!.schema!).map(({ name }) => name)).toEqual([
			'type "webhook"',
			'type "mqtt"',
			'type "tcp"',
			'type "hikvision"',
			'type "email"'
		]);
		const [webhook] = formsOf(spec, call('post_channels').body!.schema!);
		expect(webhook?.rows.find(({ path }) => path === 'config.url')).toMatchObject({ required: true });
	});

	it('says what a field is with its limits', () => {
		expect(kindOf(spec, { type: 'integer', minimum: 4, maximum: 64 })).toBe('whole number 4…64');
		expect(kindOf(spec, { anyOf: [{ type: 'string', maxLength: 120 }, { type: 'null' }] })).toBe(
			'text, up to 120 characters or null'
		);
		expect(kindOf(spec, { type: 'array', items: { $ref: '#/components/schemas/Stream' } })).toBe(
			'list of Stream'
		);
	});
});

describe('the search', () => {
	it('finds by all words, wherever they stand', () => {
		const ids = search(spec.chapters, 'DELETE zone').flatMap((chapter) => chapter.calls.map(({ id }) => id));
		expect(ids).toContain('delete_streams_id_zones_zone');
		expect(ids).not.toContain('post_streams_id_zones');
		expect(search(spec.chapters, '')).toEqual(spec.chapters);
		expect(search(spec.chapters, 'zeppelin')).toEqual([]);
	});
});

describe('a request', () => {
	it('has its parameters in their places, and nothing that was left empty', () => {
		const parameters = { 'path id': 'a/ü', 'query tail': '5' };
		const { path } = requestOf(call('get_streams_id_runs'), { parameters, text: '', file: null });
		expect(path).toBe('/api/v1/streams/a%2F%C3%BC/runs?tail=5');
		expect(requestOf(call('get_streams'), { parameters: {}, text: '', file: null }).path).toBe(
			'/api/v1/streams'
		);
	});

	it('says what is missing', () => {
		const open = call('patch_streams_id');
		expect(missing(open, blank(spec, open))).toBe('Fill in id');
		const filled = { ...blank(spec, open), parameters: { 'path id': 'x' } };
		expect(missing(open, filled)).toBeNull();
		expect(missing(open, { ...filled, text: '{' })).toBe('The body is not JSON');
		expect(missing(call('post_models'), blank(spec, call('post_models')))).toBe('Choose a file');
	});

	it('is a command that a shell takes as it is meant, without the key itself', () => {
		const open = call('patch_streams_id');
		const filled = { parameters: { 'path id': 'x' }, text: `{"name":"it's"}`, file: null };
		expect(curlOf(open, filled, ORIGIN)).toBe(
			[
				"curl -X PATCH 'https://cameras.example.org/api/v1/streams/x'",
				'-H "Authorization: Bearer $VF_KEY"',
				"-H 'Content-Type: application/json'",
				`--data-raw '{"name":"it'\\''s"}'`
			].join(' \\\n  ')
		);
		expect(curlOf(call('get_health'), { parameters: {}, text: '', file: null }, ORIGIN)).toBe(
			"curl 'https://cameras.example.org/health'"
		);
	});

	it('is asked about where it ends something', () => {
		const asked = calls.filter(endsSomething).map(({ method, path }) => `${method} ${path}`);
		expect(asked).toContain('DELETE /api/v1/streams/{id}');
		expect(asked).toContain('POST /api/v1/streams/{id}/stop');
		expect(asked).toContain('PUT /api/v1/settings/system');
		expect(calls.filter((one) => one.method === 'DELETE').every(endsSomething)).toBe(true);
		expect(calls.filter((one) => one.method === 'GET').some(endsSomething)).toBe(false);
	});
});

describe('sending', () => {
	const request = { method: 'GET', path: '/x', headers: {}, body: null };
	const answering = (response: Response, seen: RequestInit[] = []) => ({
		key: '',
		signal: new AbortController().signal,
		fetch: ((_: string, init: RequestInit) => {
			seen.push(init);
			return Promise.resolve(response);
		}) as typeof fetch
	});
	const of = (media: string, body: BodyInit, status = 200) =>
		new Response(body, { status, headers: { 'content-type': media } });

	it('shows problems as they come', async () => {
		const got = await perform(
			request,
			answering(of('application/problem+json', '{"code":"not_found"}', 404))
		);
		expect(got).toMatchObject({ status: 404, text: '{"code":"not_found"}', picture: null, cut: false });
	});

	it('takes a key in place of the session', async () => {
		const seen: RequestInit[] = [];
		await perform(request, { ...answering(of('text/plain', ''), seen), key: 'vf_1' });
		await perform(request, answering(of('text/plain', ''), seen));
		expect(seen[0]).toMatchObject({ credentials: 'omit', headers: { Authorization: 'Bearer vf_1' } });
		expect(seen[1]).toMatchObject({ credentials: 'same-origin', headers: {} });
	});

	it('keeps no more than it shows of an answer without end', async () => {
		let told = 0;
		const endless = new ReadableStream<Uint8Array>({
			pull: (controller) => controller.enqueue(new TextEncoder().encode(`data: ${told++}\n\n`.padEnd(65_536)))
		});
		const texts: number[] = [];
		const got = await perform(request, {
			...answering(of('text/event-stream', endless)),
			onText: (text) => texts.push(text.length)
		});
		expect(got.cut).toBe(true);
		expect(got.text).toHaveLength(512 * 1024);
		expect(texts.length).toBeGreaterThan(4);
	});

	it('finds the picture among the parts of an endless one', async () => {
		const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 0xff, 0xd9]);
		const parts = new Uint8Array([13, 10, 45, 45, ...jpeg, 13, 10, ...jpeg]);
		expect(firstJpeg(parts)).toEqual(jpeg);
		expect(firstJpeg(parts.slice(0, 9))).toBeNull();
		expect(firstJpeg(new Uint8Array())).toBeNull();
		const got = await perform(request, answering(of('multipart/x-mixed-replace; boundary=x', parts)));
		expect(got.picture?.size).toBe(jpeg.length);
	});

	it('offers what is neither text nor picture as a file', async () => {
		const got = await perform(request, answering(of('video/mp4', new Uint8Array([0, 1]))));
		expect([got.file?.size, got.text, got.picture]).toEqual([2, null, null]);
	});
});

it('words are parts, never HTML', () => {
	expect(paragraphs('a `<b>` **c**\n\nd')).toEqual([
		[
			{ kind: 'plain', text: 'a ' },
			{ kind: 'code', text: '<b>' },
			{ kind: 'plain', text: ' ' },
			{ kind: 'strong', text: 'c' }
		],
		[{ kind: 'plain', text: 'd' }]
	]);
});
