// Writes the living instances into a file for Prometheus' file_sd, where Prometheus may not ask the server.
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { causeChain } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { StartupError } from '../../base/startup-error.ts';
import type { Check } from '../health/report.ts';
import type { TargetGroup } from './targets.ts';

export interface TargetsFileDeps {
	/** VF_TARGETS_FILE, absolute; null writes none. */
	path: string | null;
	/** The targets of now: must answer at once. */
	targets(): TargetGroup[];
	log: Pick<Logger, 'warn' | 'info'>;
	/** ms between two looks at what has changed, and between two writings of what has not. */
	lookEveryMs?: number;
	writeEveryMs?: number;
}

export interface TargetsFile {
	/** Writes it for the first time. Throws StartupError where that cannot be done. */
	start(): Promise<void>;
	check(): Check;
	/** The file stays: Prometheus is to see that what it names does not answer. */
	stop(): Promise<void>;
}

const LOOK_EVERY_MS = 2000;
const WRITE_EVERY_MS = 30_000;

export function createTargetsFile(deps: TargetsFileDeps): TargetsFile {
	const { path, targets, log, lookEveryMs = LOOK_EVERY_MS, writeEveryMs = WRITE_EVERY_MS } = deps;
	let written: { text: string; at: number } | null = null;
	let problem: string | null = null;
	let timer: NodeJS.Timeout | null = null;
	let writing = Promise.resolve();

	async function write(file: string): Promise<void> {
		const text = `${JSON.stringify(targets(), null, '\t')}\n`;
		const recent = written?.text === text && performance.now() - written.at < writeEveryMs;
		if (recent && (await look(file))?.isFile()) return;
		await replace(file, text);
		written = { text, at: performance.now() };
	}

	/** Said once when it fails, and once when it is well again. */
	async function tryToWrite(file: string): Promise<void> {
		try {
			await write(file);
			if (problem !== null) log.info('the file of VF_TARGETS_FILE is written again');
			problem = null;
		} catch (error) {
			const code = codeOf(error);
			if (code !== problem)
				log.warn({ cause: causeChain(error) }, 'the file of VF_TARGETS_FILE cannot be written');
			problem = code;
		}
	}

	return {
		async start() {
			if (path === null) return;
			await orRefuse(path, () => write(path));
			timer = setInterval(() => {
				writing = writing.then(() => tryToWrite(path));
			}, lookEveryMs);
			timer.unref();
		},
		check: () =>
			problem === null
				? { state: 'ok' }
				: {
						state: 'degraded',
						reason: `the file of VF_TARGETS_FILE cannot be written (${problem}), so Prometheus goes by an old one`
					},
		async stop() {
			if (timer) clearInterval(timer);
			await writing;
		}
	};
}

/** Tries the folder of VF_TARGETS_FILE before anything else is begun. Throws StartupError where the file could not be written. */
export async function refuseBadTargetsPath(path: string | null): Promise<void> {
	if (path === null) return;
	await orRefuse(path, async () => {
		const draft = draftOf(path);
		await (await open(draft, 'w', 0o644)).close();
		await rm(draft);
		if ((await look(path))?.isDirectory())
			throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
	});
}

async function orRefuse(path: string, work: () => Promise<void>): Promise<void> {
	try {
		await work();
	} catch (error) {
		throw new StartupError(
			`VF_TARGETS_FILE: ${path} cannot be written (${codeOf(error)}). ${remedy(error)}`,
			{
				cause: error
			}
		);
	}
}

/** null where nothing is. */
const look = (path: string) => stat(path).catch(() => null);

/** No pattern for `*.json` takes it. */
const draftOf = (file: string) => join(dirname(file), `.${basename(file)}.${process.pid}.part`);

/** Whole or not at all: Prometheus reads whenever it likes. */
async function replace(file: string, text: string): Promise<void> {
	const draft = draftOf(file);
	try {
		// Prometheus is another user.
		const handle = await open(draft, 'w', 0o644);
		try {
			await handle.writeFile(text);
			await handle.sync();
		} finally {
			await handle.close();
		}
		await rename(draft, file);
	} catch (error) {
		await rm(draft, { force: true }).catch(() => {});
		throw error;
	}
}

function codeOf(error: unknown): string {
	return (error as NodeJS.ErrnoException | null)?.code ?? 'no reason given';
}

function remedy(error: unknown): string {
	switch (codeOf(error)) {
		case 'ENOENT':
			return 'Make its folder first.';
		case 'EISDIR':
			return 'It is a folder; name a file in it.';
		default:
			return 'Name a file in a folder that the server may write to.';
	}
}
