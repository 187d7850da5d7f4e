// The fleet that is struck: one web instance and workers of the built server, a process each, every worker at its own site.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../../tests/support/server.ts';
import type { Site } from './network.ts';

export interface Instance {
	readonly id: string;
	readonly url: string;
	/** Null where it stands in no network of its own. */
	readonly site: Site | null;
	readonly pid: number;
	/** Resolves once it answers; rejects with what it printed when it ends instead. */
	start(): Promise<void>;
	signal(name: NodeJS.Signals): void;
	/** Resolves when its process is gone. */
	gone(): Promise<void>;
	/** Decoders that live: what it still runs. */
	decoders(): number;
	/** Ends it and removes what it wrote. */
	remove(): Promise<void>;
}

const ANSWERS_WITHIN_MS = 90_000;
const KEPT_OUTPUT = 4000;

export function instanceOf(
	id: string,
	port: number,
	site: Site | null,
	environment: Record<string, string>
): Instance {
	const dataDir = mkdtempSync(join(tmpdir(), `vf-failover-${id}-`));
	const host = site?.address ?? '127.0.0.1';
	const url = `http://${host}:${port}`;
	let child: ChildProcess | null = null;
	let output = '';
	// A bench that ends without tidying up leaves no server behind.
	process.once('exit', () => child?.kill('SIGKILL'));

	async function start(): Promise<void> {
		output = '';
		const [file, args] = (site?.wrap ?? plain)(process.execPath, [join(ROOT, 'src', 'main.ts')]);
		const env = { DATA_DIR: dataDir, HOST: host, PORT: String(port), VF_INSTANCE_ID: id, ...environment };
		child = spawn(file, args, {
			env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LOG_FORMAT: 'json', ...env },
			stdio: ['ignore', 'pipe', 'pipe']
		});
		for (const stream of [child.stdout, child.stderr])
			stream?.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-KEPT_OUTPUT)));
		const deadline = Date.now() + ANSWERS_WITHIN_MS;
		while (!(await answers(`${url}/health/live`))) {
			if (child.exitCode !== null) throw new Error(`${id} ended:\n${output}`);
			if (Date.now() > deadline) throw new Error(`${id} does not answer:\n${output}`);
			await sleep(100);
		}
	}

	async function gone(): Promise<void> {
		if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
	}

	return {
		id,
		url,
		site,
		get pid() {
			return child?.pid ?? 0;
		},
		start,
		signal: (name) => void child?.kill(name),
		gone,
		decoders: () => livingDecoders(child?.pid ?? 0),
		async remove() {
			child?.kill('SIGCONT');
			child?.kill('SIGTERM');
			const late = setTimeout(() => child?.kill('SIGKILL'), 8000);
			await gone();
			clearTimeout(late);
			rmSync(dataDir, { recursive: true, force: true });
		}
	};
}

const plain = (program: string, args: string[]): [string, string[]] => [program, args];

async function answers(url: string): Promise<boolean> {
	return fetch(url, { signal: AbortSignal.timeout(1000) }).then(
		(response) => response.ok,
		() => false
	);
}

/** Its ffmpeg processes, without those that have ended and wait to be reaped. */
function livingDecoders(pid: number): number {
	const { stdout } = spawnSync('ps', ['-o', 'stat=,comm=', '--ppid', String(pid)], { encoding: 'utf8' });
	return stdout.split('\n').filter((row) => row.endsWith('ffmpeg') && !row.startsWith('Z')).length;
}
