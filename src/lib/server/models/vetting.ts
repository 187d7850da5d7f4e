// Trying a model in a process of its own, where it can hang, crash or swallow memory without harm to the server.
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ModelOverrides, VettingResult } from '#lib/contracts/model.ts';

export interface Vetting {
	/** Tells what the file is, or why it cannot be used. Never rejects. */
	vet(file: string, overrides: ModelOverrides): Promise<VettingResult>;
	/** Ends what is being tried. */
	close(): void;
}

export interface VettingLimits {
	/** ms, the file's loading and trial run together. */
	timeMs: number;
	/** MiB of memory that the process may write to, where the system can limit that. */
	memoryMiB: number;
}

const LIMITS: VettingLimits = { timeMs: 60_000, memoryMiB: 6144 };
const MAX_HEAP_MB = 512;
/** What the process says is short; beyond this it is not our program that speaks. */
const MAX_OUTPUT = 2 ** 20;

export function createVetting(limits: VettingLimits = LIMITS, program = vetProgram()): Vetting {
	const children = new Set<ChildProcess>();

	async function vet(file: string, overrides: ModelOverrides): Promise<VettingResult> {
		const child = start(program, [file, JSON.stringify(overrides)], limits);
		children.add(child);
		try {
			return await verdictOf(child, limits);
		} finally {
			children.delete(child);
		}
	}

	return {
		vet,
		close() {
			for (const child of children) child.kill('SIGKILL');
		}
	};
}

function vetProgram(): string {
	return fileURLToPath(import.meta.resolve('#lib/workers/detect/vet.main.ts'));
}

/** With an environment that holds no secret, and under limits that hold even when this server dies meanwhile. */
function start(program: string, args: string[], { timeMs, memoryMiB }: VettingLimits): ChildProcess {
	const command = [process.execPath, `--max-old-space-size=${MAX_HEAP_MB}`, program, ...args];
	const options = {
		stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
		env: plainEnvironment()
	};
	if (process.platform === 'win32') return spawn(command[0]!, command.slice(1), options);
	const cpuS = Math.ceil((timeMs / 1000) * 2);
	const limited = `ulimit -d ${memoryMiB * 1024} 2>/dev/null; ulimit -t ${cpuS} 2>/dev/null; exec "$0" "$@"`;
	return spawn('/bin/sh', ['-c', limited, ...command], options);
}

function plainEnvironment(): NodeJS.ProcessEnv {
	const kept = ['PATH', 'LD_LIBRARY_PATH', 'SystemRoot', 'TMPDIR', 'HOME'];
	return Object.fromEntries(kept.map((name) => [name, process.env[name]]));
}

async function verdictOf(child: ChildProcess, { timeMs }: VettingLimits): Promise<VettingResult> {
	let late = false;
	const deadline = setTimeout(() => {
		late = true;
		child.kill('SIGKILL');
	}, timeMs);
	const [said, complaints, end] = await Promise.all([
		textOf(child, 'stdout'),
		textOf(child, 'stderr'),
		endOf(child)
	]);
	clearTimeout(deadline);
	if (late) return tooSlow(timeMs);
	return readVerdict(said) ?? crashed(end, complaints);
}

function textOf(child: ChildProcess, name: 'stdout' | 'stderr'): Promise<string> {
	return new Promise((resolve) => {
		let text = '';
		const stream = child[name]!.setEncoding('utf8');
		stream.on('data', (chunk: string) => {
			if (text.length < MAX_OUTPUT) text += chunk;
		});
		stream.on('close', () => resolve(text));
	});
}

function endOf(child: ChildProcess): Promise<string> {
	return new Promise((resolve) => {
		child.on('error', (error) => resolve(error.message));
		child.on('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
	});
}

/** The last line is the verdict: a library may have printed before it. */
function readVerdict(said: string): VettingResult | null {
	try {
		const verdict = JSON.parse(said.trim().split('\n').at(-1) ?? '') as VettingResult;
		return typeof verdict.ok === 'boolean' ? verdict : null;
	} catch {
		return null;
	}
}

function tooSlow(timeMs: number): VettingResult {
	return {
		ok: false,
		problem: `The model gave no result within ${Math.round(timeMs / 1000)} s`,
		advice: 'Export it with a smaller input size, or take a smaller model.'
	};
}

function crashed(end: string, complaints: string): VettingResult {
	const last = complaints.trim().split('\n').at(-1)?.slice(0, 300);
	return {
		ok: false,
		problem: `The model brought down the process that tried it (${end}${last ? `: ${last}` : ''})`,
		advice: 'It may need more memory than this server grants. Export it again, or take a smaller model.'
	};
}
