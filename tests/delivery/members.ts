// Processes of the harness: started, killed, and started again after a while.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from './processes/instance.ts';

const READY_WITHIN_MS = 60_000;
const END_WITHIN_MS = 60_000;
/** One that ended by itself is started again, as whoever runs it does. */
const AGAIN_AFTER_MS = 500;
/** So many times; a process that cannot live is given up. */
const MAX_CRASHES = 3;

/** Something that can be killed: a process, NATS or PostgreSQL. */
export interface Member {
	name: string;
	kind: 'writer' | 'relay' | 'consumer' | 'nats' | 'postgres';
	/** False while it is being started again: a kill would hit nothing. */
	isUp(): boolean;
	/** SIGKILL. Resolves once it is gone. */
	kill(): Promise<void>;
	/** Resolves once it works again. */
	revive(): Promise<void>;
}

export interface ProcessMember extends Member {
	/** SIGTERM; answers its exit code. */
	end(): Promise<number | null>;
	/** Deaths that nobody here caused, with the last it said. */
	crashes(): string[];
}

export async function startProcess(
	kind: 'writer' | 'relay' | 'consumer',
	settings: Settings
): Promise<ProcessMember> {
	const file = join(import.meta.dirname, 'processes', `${kind}.ts`);
	const crashes: string[] = [];
	let expected = false;
	let up = false;
	let again: NodeJS.Timeout | undefined;
	let child: ChildProcess;
	/** Whoever stops the harness stops what it started. */
	const endTogether = () => void child?.kill('SIGKILL');
	process.once('exit', endTogether);
	await launch();

	async function launch(): Promise<void> {
		expected = false;
		const started = spawn(process.execPath, [file, JSON.stringify(settings)], {
			stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
			env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' }
		});
		child = started;
		let said = '';
		for (const stream of [started.stdout!, started.stderr!])
			stream.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-3000)));
		started.once('exit', (code, signal) => {
			up = false;
			if (!expected) crashed(`${settings.name} ended by itself (${code ?? signal}): ${said.slice(-1000)}`);
		});
		const limit = AbortSignal.timeout(READY_WITHIN_MS);
		await Promise.race([once(started, 'message', { signal: limit }), once(started, 'exit')]);
		up = started.exitCode === null && started.signalCode === null;
	}
	function crashed(how: string): void {
		crashes.push(how);
		if (crashes.length >= MAX_CRASHES) return;
		again = setTimeout(() => void launch(), AGAIN_AFTER_MS);
	}
	async function gone(): Promise<void> {
		if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
	}
	return {
		name: settings.name,
		kind,
		isUp: () => up,
		async kill() {
			clearTimeout(again);
			expected = true;
			up = false;
			child.kill('SIGKILL');
			await gone();
		},
		revive: launch,
		async end() {
			clearTimeout(again);
			expected = true;
			child.kill('SIGTERM');
			await Promise.race([gone(), sleep(END_WITHIN_MS, null, { ref: false })]);
			if (child.exitCode === null) child.kill('SIGKILL');
			await gone();
			return child.exitCode;
		},
		crashes: () => crashes
	};
}
