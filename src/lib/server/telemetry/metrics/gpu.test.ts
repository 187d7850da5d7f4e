// What nvidia-smi tells, and what becomes of it when it does not.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGpu, NO_GPU, parseGpus } from './gpu.ts';

const MIB = 1024 * 1024;
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'vf-gpu-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program in nvidia-smi's place, which also notes each call. */
function program(script: string): string {
	const file = join(folder, 'smi');
	writeFileSync(file, `#!/bin/sh\necho "$@" >> '${join(folder, 'calls')}'\n${script}\n`, { mode: 0o755 });
	return file;
}
const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');

test('two GPUs: the busier one, and their memory together', () => {
	expect(parseGpus('37, 1024, 24564\n4, 512, 24564\n')).toEqual({
		available: true,
		utilizationPercent: 37,
		memoryUsedBytes: 1536 * MIB,
		memoryTotalBytes: 2 * 24564 * MIB
	});
});

test('a GPU that does not tell its utilisation is there nevertheless', () => {
	expect(parseGpus('[N/A], 10, 4096\n')).toEqual({
		available: true,
		utilizationPercent: 0,
		memoryUsedBytes: 10 * MIB,
		memoryTotalBytes: 4096 * MIB
	});
});

test('a GPU without a memory of its own is there nevertheless', () => {
	expect(parseGpus('12, [N/A], [N/A]\n3, [Not Supported], 4096\n')).toEqual({
		available: true,
		utilizationPercent: 12,
		memoryUsedBytes: 0,
		memoryTotalBytes: 4096 * MIB
	});
});

test.each([
	'',
	'\n',
	'No devices were found\n',
	'NVIDIA-SMI has failed, because, reasons\n',
	',,\n',
	'-1, 1e9, Infinity\n'
])('%j is no GPU', (text) => expect(parseGpus(text)).toEqual(NO_GPU));

test('is asked behind the back of who reads, and again only when ten seconds are over', async () => {
	let now = 0;
	const gpu = createGpu(program('echo "50, 1, 2"'), () => now);
	expect(gpu.figures()).toEqual(NO_GPU);
	await gpu.settled();
	expect(gpu.figures()).toMatchObject({ available: true, utilizationPercent: 50 });
	now = 9000;
	gpu.figures();
	await gpu.settled();
	expect(calls()).toHaveLength(1);
	now = 10_001;
	gpu.figures();
	gpu.figures();
	await gpu.settled();
	expect(calls()).toHaveLength(2);
});

test('where there is none it is not asked with every scrape', async () => {
	let now = 0;
	const missing = join(folder, 'smi');
	const gpu = createGpu(missing, () => now);
	gpu.figures();
	await gpu.settled();
	program('echo "50, 1, 2"');
	now = 60_000;
	expect(gpu.figures()).toEqual(NO_GPU);
	await gpu.settled();
	expect(gpu.figures()).toEqual(NO_GPU);
	now = 601_000;
	gpu.figures();
	await gpu.settled();
	expect(gpu.figures().available).toBe(true);
});

test('one that fails, or breaks in the middle, is no GPU', async () => {
	const gpu = createGpu(program('echo "50, 1, 2"; exit 9'));
	gpu.figures();
	await gpu.settled();
	expect(gpu.figures()).toEqual(NO_GPU);
});

test('one that hangs is ended, holds nobody up, and is no GPU', async () => {
	let now = 0;
	const gpu = createGpu(program('sleep 60'), () => now, 300);
	const began = performance.now();
	gpu.figures();
	expect(performance.now() - began).toBeLessThan(200);
	await gpu.settled();
	expect(performance.now() - began).toBeLessThan(10_000);
	expect(gpu.figures()).toEqual(NO_GPU);
	now = 20_000;
	program('echo "50, 1, 2"');
	gpu.figures();
	await gpu.settled();
	expect(gpu.figures().available).toBe(true);
});

test('one that never ends its answer is no GPU', async () => {
	const gpu = createGpu(program('exec yes "50, 1, 2"'));
	gpu.figures();
	await gpu.settled();
	expect(gpu.figures()).toEqual(NO_GPU);
});
