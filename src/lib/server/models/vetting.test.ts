// Vetting as a process apart: what it says is believed, and whatever else it does harms nobody and is told in words.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createVetting } from './vetting.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'vf-vet-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** A program in the place of ours. */
function vettingBy(program: string, limits = { timeMs: 10_000, memoryMiB: 6144 }) {
	const file = join(folder, `${Math.random()}.mjs`);
	writeFileSync(file, program);
	return createVetting(limits, file);
}

test('a file that is no model is refused by our own program', async () => {
	const file = join(folder, 'notes.onnx');
	writeFileSync(file, 'not a model');
	const verdict = await createVetting().vet(file, {});
	expect(verdict).toMatchObject({ ok: false, problem: expect.stringContaining('not a whole ONNX model') });
});

test('the last line it prints is the verdict, whatever a library printed before', async () => {
	const said = { ok: false, problem: 'p', advice: 'a' };
	const { vet } = vettingBy(`console.log('hello\\n'); console.log(${JSON.stringify(JSON.stringify(said))})`);
	expect(await vet('f', {})).toEqual(said);
});

test('it gets the file and what the uploader said, and none of the environment with its secrets', async () => {
	process.env.DATABASE_URL = 'postgres://user:planted@nowhere/x';
	try {
		const program = `console.log(JSON.stringify({ ok: false, problem: JSON.stringify([process.argv.slice(2), process.env]), advice: '' }))`;
		const verdict = await vettingBy(program).vet('/some/file', { labels: ['a'] });
		const [args, env] = JSON.parse(verdict.ok ? '' : verdict.problem) as [string[], object];
		expect(args).toEqual(['/some/file', '{"labels":["a"]}']);
		expect(JSON.stringify(env)).not.toContain('planted');
	} finally {
		delete process.env.DATABASE_URL;
	}
});

test('one that hangs is ended at its limit', async () => {
	const { vet } = vettingBy('for (;;);', { timeMs: 300, memoryMiB: 6144 });
	const began = performance.now();
	expect(await vet('f', {})).toMatchObject({
		ok: false,
		problem: expect.stringContaining('no result within')
	});
	expect(performance.now() - began).toBeLessThan(5000);
});

test.each([
	['aborts', 'process.abort()', /SIGABRT/],
	['throws', `throw new Error('the tensor is wrong')`, /exit code 1/],
	['says nothing', '', /exit code 0/],
	['says nonsense', `console.log('[1')`, /exit code 0/],
	['is not there', null, /exit code 1/]
])('one that %s is a no', async (_, program, end) => {
	const vetting = program === null ? createVetting(undefined, join(folder, 'none.mjs')) : vettingBy(program);
	const verdict = await vetting.vet('f', {});
	expect(verdict).toMatchObject({ ok: false, problem: expect.stringMatching(end) });
});

test.skipIf(process.platform !== 'linux')('one that swallows memory is stopped by the system', async () => {
	const hog = `const kept = []; for (let i = 0; i < 40; i++) kept.push(Buffer.alloc(100 * 2 ** 20, 1));
		console.log(JSON.stringify({ ok: false, problem: 'it got four gigabytes', advice: '' }))`;
	const verdict = await vettingBy(hog, { timeMs: 20_000, memoryMiB: 1024 }).vet('f', {});
	expect(verdict).toMatchObject({ ok: false, problem: expect.stringContaining('brought down the process') });
});

test('closing ends what is being tried', async () => {
	const vetting = vettingBy('setInterval(() => {}, 1000)');
	const verdict = vetting.vet('f', {});
	setTimeout(vetting.close, 200);
	expect(await verdict).toMatchObject({ ok: false, problem: expect.stringContaining('SIGKILL') });
});
