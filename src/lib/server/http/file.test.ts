// Stored files over HTTP: whole, in ranges as players ask for them, and gone.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileResponse, rangeOf } from './file.ts';

let folder: string;
let path: string;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'vf-file-'));
	path = join(folder, 'clip.mp4');
	writeFileSync(path, '0123456789');
});
afterAll(() => rmSync(folder, { recursive: true }));

const ask = (range?: string, file = path) =>
	fileResponse(file, new Request('http://x/', range === undefined ? {} : { headers: { range } }), {
		type: 'video/mp4',
		name: 'The clip'
	});

test.each([
	[undefined, 200, '0123456789', null],
	['bytes=2-5', 206, '2345', 'bytes 2-5/10'],
	['bytes=7-', 206, '789', 'bytes 7-9/10'],
	['bytes=-3', 206, '789', 'bytes 7-9/10'],
	['bytes=0-99', 206, '0123456789', 'bytes 0-9/10'],
	['bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
	['bytes=10-', 416, '', 'bytes */10'],
	['bytes=5-2', 416, '', 'bytes */10'],
	['bytes=-0', 416, '', 'bytes */10'],
	['bytes=0-1,4-5', 200, '0123456789', null],
	['lines=1-2', 200, '0123456789', null],
	['bytes=-', 200, '0123456789', null]
])('%s', async (range, status, text, part) => {
	const response = await ask(range);
	expect(response.status).toBe(status);
	expect(response.headers.get('content-range')).toBe(part);
	expect(await response.text()).toBe(text);
	if (status !== 416) expect(Number(response.headers.get('content-length'))).toBe(text.length);
});

test('an empty file is empty, and has no range', async () => {
	const empty = join(folder, 'empty');
	writeFileSync(empty, '');
	const response = await ask(undefined, empty);
	expect([response.status, await response.text(), response.headers.get('content-length')]).toEqual([
		200,
		'',
		'0'
	]);
	expect(rangeOf('bytes=0-', 0)).toBe('outside');
});

test('a file that is gone is not found, in words', async () => {
	await expect(ask(undefined, join(folder, 'none'))).rejects.toMatchObject({
		code: 'not_found',
		message: expect.stringContaining('The clip is not there') as string
	});
});
