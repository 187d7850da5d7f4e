// Processes of the harness: started, killed, and started again after a while.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from './processes/instance.ts';

const READY_WITHIN_MS = 60_000;
const END_WITHIN_MS = 60_000;

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
	let child = await launch();

	async function launch(): Promise<ChildProcess> {
		expected = false;
		const started = spawn(process.execPath, [file, JSON.stringify(settings)], {
			stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
			env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' }
		});
		let said = '';
		for (const stream of [started.stdout!, started.stderr!])
			stream.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-3000)));
		started.once('exit', (code, signal) => {
			up = false;
			if (!expected)
				crashes.push(`${settings.name} ended by itself (${code ?? signal}): ${said.slice(-1000)}`);
		});
		const limit = AbortSignal.timeout(READY_WITHIN_MS);
		await Promise.race([once(started, 'message', { signal: limit }), once(started, 'exit')]);
		up = started.exitCode === null && started.signalCode === null;
		return started;
	}
	async function gone(): Promise<void> {
		if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
	}
	return {
		name: settings.name,
		kind,
		isUp: () => up,
		async kill() {
			expected = true;
			up = false;
			child.kill('SIGKILL');
			await gone();
		},
		async revive() {
			child = await launch();
		},
		async end() {
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
