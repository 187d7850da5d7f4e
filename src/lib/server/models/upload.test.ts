// Receiving a file: whole or not at all, within its bound, with the hash of its bytes.
import { createHash } from 'node:crypto';
import {
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	utimesSync,
	writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { partName, prepareFolder, receive } from './upload.ts';

let folder: string;
let file: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'vf-upload-'));
	file = join(folder, partName('x'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const MIB = 2 ** 20;

function bodyOf(chunks: (Uint8Array | Error)[]): ReadableStream<Uint8Array> {
	const left = [...chunks];
	return new ReadableStream({
		pull(controller) {
			const next = left.shift();
			if (next === undefined) controller.close();
			else if (next instanceof Error) controller.error(next);
			else controller.enqueue(next);
		}
	});
}

test('the bytes are on disk, counted and hashed', async () => {
	const chunks = Array.from({ length: 5 }, (_, i) => new Uint8Array(MIB).fill(i));
	const received = await receive(bodyOf(chunks), file, 10 * MIB);
	const stored = readFileSync(file);
	expect(received).toEqual({
		sizeBytes: 5 * MIB,
		sha256: createHash('sha256').update(stored).digest('hex')
	});
	expect(stored.equals(Buffer.concat(chunks))).toBe(true);
});

test.each([
	['too long', [new Uint8Array(3 * MIB)], 'payload_too_large'],
	['broken off', [new Uint8Array(10), new Error('the connection is gone')], 'invalid_input'],
	['empty', [], 'invalid_input']
])('a body that is %s leaves nothing behind', async (_, chunks, code) => {
	await expect(receive(bodyOf(chunks), file, 2 * MIB)).rejects.toMatchObject({ code });
	expect(readdirSync(folder)).toEqual([]);
});

test('no body is no file', async () => {
	await expect(receive(null, file, MIB)).rejects.toMatchObject({ code: 'invalid_input' });
});

// /dev/full answers every write as a full disk does.
test.skipIf(!existsSync('/dev/full'))('a full disk says so', async () => {
	const { symlinkSync } = await import('node:fs');
	const full = join(folder, 'full');
	symlinkSync('/dev/full', full);
	await expect(receive(bodyOf([new Uint8Array(MIB)]), full, 2 * MIB, 'w')).rejects.toMatchObject({
		code: 'storage_full'
	});
});

test('what a dead server left unfinished goes; what is being received, and what is kept, stays', async () => {
	const [old, fresh, kept] = [partName('old'), partName('fresh'), 'kept.onnx'].map((name) =>
		join(folder, name)
	);
	for (const name of [old!, fresh!, kept!]) writeFileSync(name, 'x');
	for (const name of [old!, kept!]) utimesSync(name, 0, 0);
	await prepareFolder(folder);
	expect([old, fresh, kept].map((name) => existsSync(name!))).toEqual([false, true, true]);
});
