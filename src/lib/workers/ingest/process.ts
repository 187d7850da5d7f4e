// One ffmpeg as a child process: started without our secrets, ended for certain.
import { spawn, type ChildProcess } from 'node:child_process';
import type { Command } from './command.ts';
import { socketPair, type SocketPair } from './socket-pair.ts';

export type Exit = { code: number | null; signal: string | null } | 'missing';

export interface FfmpegOutputs {
	stdout: (chunk: Buffer) => void;
	stderr: (chunk: Buffer) => void;
	/** File descriptors 3, 4, … */
	more?: ((chunk: Buffer) => void)[];
	/** Standard output carries whole frames, and gets a channel that is cheap to read. */
	wideStdout?: boolean;
}

export interface FfmpegProcess {
	readonly pid: number | null;
	/** Asks it to end, which says goodbye to the camera, and ends it a second later if it has not. */
	stop(): void;
	/** Ends it at once. */
	kill(): void;
	/** Resolves when it is gone and its output has been read, or was waited for long enough. */
	readonly ended: Promise<Exit>;
}

const GRACE_MS = 1_000;
/** Output that something else keeps open is not waited for. */
const GIVE_UP_MS = 2_000;
/** ffmpeg needs to find its libraries and drivers; the server's secrets are in other variables. */
const PASSED_ON =
	/^(PATH|HOME|TMPDIR|LD_.*|DYLD_.*|LIBVA_.*|VDPAU_.*|CUDA_.*|NVIDIA_.*|XDG_RUNTIME_DIR|DISPLAY|SystemRoot|windir)$/i;

/** Never rejects: what cannot be started has `ended` as missing. */
export async function startFfmpeg(
	path: string,
	command: Command,
	outputs: FfmpegOutputs
): Promise<FfmpegProcess> {
	const { stdout, stderr, more = [] } = outputs;
	const wide = outputs.wideStdout ? await socketPair(stdout) : null;
	const child = spawn(path, command.args, {
		stdio: [
			command.stdin === null ? 'ignore' : 'pipe',
			wide?.writer ?? 'pipe',
			'pipe',
			...more.map(() => 'pipe' as const)
		],
		env: {
			...Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_ON.test(name))),
			// Files of the clip ring are named by the time ffmpeg reads there.
			TZ: 'UTC'
		},
		// A group of its own: a Ctrl-C in the terminal is for the server, which then ends its streams in order.
		detached: true,
		windowsHide: true
	});
	wide?.writer.destroy();
	child.stdin?.on('error', () => {}); // it may end before it has read its playlist
	child.stdin?.end(command.stdin);
	[stdout, stderr, ...more].forEach((reader, index) =>
		child.stdio[index + 1]?.on('error', () => {}).on('data', reader)
	);

	let killTimer: NodeJS.Timeout | undefined;
	const kill = () => signal(child, 'SIGKILL');
	const ended = endOf(child, wide).finally(() => clearTimeout(killTimer));
	return {
		pid: child.pid ?? null,
		stop() {
			signal(child, 'SIGTERM');
			killTimer ??= setTimeout(kill, GRACE_MS);
		},
		kill,
		ended
	};
}

function endOf(child: ChildProcess, wide: SocketPair | null): Promise<Exit> {
	const emptied = new Promise<void>((resolve) =>
		wide === null ? resolve() : wide.reader.once('close', () => resolve())
	);
	return new Promise((resolve) => {
		child.once('error', () => {
			if (child.pid !== undefined) return;
			wide?.reader.destroy();
			resolve('missing');
		});
		child.once('close', (code, signal) => void emptied.then(() => resolve({ code, signal })));
		child.once('exit', (code, signal) => {
			setTimeout(() => {
				for (const stream of [...child.stdio, wide?.reader]) stream?.destroy();
				resolve({ code, signal });
			}, GIVE_UP_MS).unref();
		});
	});
}

/** To the whole group, so that nothing ffmpeg may have started stays behind. */
function signal(child: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): void {
	if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
	try {
		process.kill(-child.pid, name);
	} catch {
		child.kill(name);
	}
}
