// What an ffmpeg says it can filter with: asked once, again of another file, and never waited for.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { FFMPEG, scratchFolder } from '../../../../tests/cameras/tools.ts';
import { filtersOf } from './filters.ts';

const folder = scratchFolder();
afterAll(() => folder.remove());

/** A program in place of ffmpeg. */
function program(name: string, lines: string[]): { path: string; become(lines: string[]): void } {
	const path = join(folder.path, name);
	const become = (body: string[]) => {
		writeFileSync(path, ['#!/bin/sh', ...body, ''].join('\n'));
		chmodSync(path, 0o755);
	};
	become(lines);
	return { path, become };
}

it('reads the names that ffmpeg tells', async () => {
	const filters = await filtersOf(FFMPEG);
	expect(filters).toContain('scale');
	expect(filters).toContain('select');
	expect(filters.has('V')).toBe(false);
});

it('reads the list of any version', async () => {
	const { path } = program('newer', [
		"echo 'Filters:'",
		"echo '  T. = Timeline support'",
		"echo '  | = Source or sink filter'",
		"echo ' .. zscale            V->V       Apply resizing.'",
		"echo ' TS scale             V->V       Scale the input.'"
	]);
	expect([...(await filtersOf(path))]).toEqual(['zscale', 'scale']);
});

it('asks a file once, and again when another is in its place', async () => {
	const told = program('upgraded', ["echo ' ... scale V->V words'"]);
	const [first, same] = await Promise.all([filtersOf(told.path), filtersOf(told.path)]);
	expect(await filtersOf(told.path)).toBe(first);
	expect(same).toBe(first);
	told.become(["echo ' ... scale V->V words'", "echo ' ... zscale V->V words'"]);
	expect(await filtersOf(told.path)).toContain('zscale');
});

it('takes none of an ffmpeg that is missing, fails or hangs', async () => {
	expect((await filtersOf(join(folder.path, 'nowhere'))).size).toBe(0);
	const failing = program('failing', ["echo ' ... zscale V->V words'", 'exit 1']);
	expect((await filtersOf(failing.path)).size).toBe(0);
	const hanging = program('hanging', ['exec sleep 60']);
	const started = performance.now();
	expect((await filtersOf(hanging.path)).size).toBe(0);
	expect(performance.now() - started).toBeLessThan(8_000);
});
