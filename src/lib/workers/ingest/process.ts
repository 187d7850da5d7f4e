// One ffmpeg as a child process: started without our secrets, ended for certain.
import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Command } from './command.ts';

export type Exit = { code: number | null; signal: string | null } | 'missing';

export interface FfmpegProcess {
	readonly pid: number | null;
	/** Everything it writes, by file descriptor: 1 and 2, and those asked for. */
	output(fd: number): Readable;
	/** Asks it to end, which says goodbye to the camera, and ends it a second later if it has not. */
	stop(): void;
	/** Ends it at once. */
	kill(): void;
	/** Resolves when it is gone and its output has been read, or was waited for long enough. */
	readonly ended: Promise<Exit>;
}

const GRACE_MS = 1_000;
/** A process in an uninterruptible wait survives SIGKILL for a while; nothing waits for it. */
const GIVE_UP_MS = 2_000;
/** ffmpeg needs to find its libraries and drivers; the server's secrets are in other variables. */
const PASSED_ON =
	/^(PATH|HOME|TMPDIR|LD_.*|DYLD_.*|LIBVA_.*|VDPAU_.*|CUDA_.*|NVIDIA_.*|XDG_RUNTIME_DIR|DISPLAY|SystemRoot|windir)$/i;

export function startFfmpeg(path: string, command: Command, extraOutputs: number): FfmpegProcess {
	const child = spawn(path, command.args, {
		stdio: [command.stdin === null ? 'ignore' : 'pipe', ...Array<'pipe'>(2 + extraOutputs).fill('pipe')],
		env: Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_ON.test(name))),
		// A group of its own: a Ctrl-C in the terminal is for the server, which then ends its streams in order.
		detached: true,
		windowsHide: true
	});
	child.stdin?.on('error', () => {}); // it may end before it has read its playlist
	child.stdin?.end(command.stdin);
	let killTimer: NodeJS.Timeout | undefined;
	const ended = endOf(child).finally(() => clearTimeout(killTimer));
	const kill = () => signal(child, 'SIGKILL');
	return {
		pid: child.pid ?? null,
		output: (fd) => outputOf(child, fd),
		stop() {
			signal(child, 'SIGTERM');
			killTimer ??= setTimeout(kill, GRACE_MS);
		},
		kill,
		ended
	};
}

function outputOf(child: ChildProcess, fd: number): Readable {
	const stream = child.stdio[fd];
	if (!stream || !('read' in stream)) throw new Error(`ffmpeg has no output ${fd}`);
	return stream as Readable;
}

function endOf(child: ChildProcess): Promise<Exit> {
	return new Promise((resolve) => {
		child.once('error', () => {
			if (child.pid === undefined) resolve('missing');
		});
		child.once('close', (code, signal) => resolve({ code, signal }));
		// Output still unread after the end: wait for it, but not for a descriptor that something else holds.
		child.once('exit', (code, signal) => {
			setTimeout(() => {
				for (const stream of child.stdio) stream?.destroy();
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
