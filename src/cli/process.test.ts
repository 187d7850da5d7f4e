// How the process ends, seen from outside: in order, at once when asked twice, and never by an exit while a model is at work.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const MODULE = pathToFileURL(join(import.meta.dirname, 'process.ts')).href;

/** Starts a process that stops as told; signals it so often; tells how it ended. */
async function endOf(stoppable: string, signals: number): Promise<string> {
	const program = `
		const { onStopSignal } = await import('${MODULE}');
		onStopSignal(${stoppable});
		setInterval(() => {}, 1000);
		console.log('ready');`;
	const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
		stdio: ['ignore', 'pipe', 'ignore']
	});
	const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
	await once(child.stdout, 'data');
	for (let n = 0; n < signals; n++) {
		if (n > 0) await new Promise((resolve) => setTimeout(resolve, 700));
		child.kill('SIGTERM');
	}
	const [code, signal] = await ended;
	return signal ?? `exit ${code}`;
}

const NEVER = '() => new Promise(() => {})';

test.each([
	['stops in order', '{ stop: async () => {}, busy: () => false }', 1, 'exit 0'],
	['fails to stop', '{ stop: async () => { throw new Error() }, busy: () => false }', 1, 'exit 1'],
	[
		'fails to stop while a model is at work',
		'{ stop: async () => { throw new Error() }, busy: () => true }',
		1,
		'SIGKILL'
	],
	['hangs, and is asked twice', `{ stop: ${NEVER}, busy: () => false }`, 2, 'exit 1'],
	['hangs with a model at work, and is asked twice', `{ stop: ${NEVER}, busy: () => true }`, 2, 'SIGKILL']
])('a server that %s', async (_, stoppable, signals, end) => {
	expect(await endOf(stoppable, signals)).toBe(end);
});
