// A real RTSP camera for tests, in a process of its own that can be killed, frozen and brought back on the same port.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface RtspCameraOptions {
	/** MP4 with H.264, played in a loop at the mount `/live`. */
	file?: string;
	/** Further mounts: an MP4, or a GStreamer launch line whose payloader is named pay0. */
	mounts?: ({ path: string; file: string } | { path: string; launch: string })[];
	user?: string;
	password?: string;
	auth?: 'digest' | 'basic';
	/** What the camera agrees to; both by default. */
	transports?: 'tcp' | 'udp' | 'tcp+udp';
	/** Left out, any free port. */
	port?: number;
	/** Where it listens; 127.0.0.1 unless told. `0.0.0.0` also reaches it from network namespaces. */
	host?: string;
}

export interface RtspCamera {
	/** Address of `/live`, with user and password where there are any. */
	readonly url: string;
	readonly port: number;
	/** The address of another mount, or with another user or password. */
	address(change?: { path?: string; user?: string; password?: string }): string;
	/** Ends it as a power cut does. */
	kill(): Promise<void>;
	/** Starts it again, after `kill`, on the same port. */
	revive(): Promise<void>;
	/** Freezes it: connections stay open and nothing comes. */
	hang(): void;
	resume(): void;
	stop(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL('rtsp_camera.py', import.meta.url));
/** Debian's own Python is the one that Debian's GStreamer packages belong to. */
const PYTHON =
	process.env['VF_TEST_PYTHON'] ?? (existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3');

export async function startRtspCamera(options: RtspCameraOptions): Promise<RtspCamera> {
	const { file, mounts = [], host = '127.0.0.1', ...others } = options;
	const rest = { ...others, address: host };
	const every = [...(file === undefined ? [] : [{ path: '/live', file }]), ...mounts];
	let { child, port } = await launch({ ...rest, mounts: every });

	function address(change: { path?: string; user?: string; password?: string } = {}): string {
		const user = change.user ?? options.user;
		const password = change.password ?? options.password;
		const login =
			user === undefined ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password ?? '')}@`;
		return `rtsp://${login}127.0.0.1:${port}${change.path ?? '/live'}`;
	}

	return {
		get url() {
			return address();
		},
		get port() {
			return port;
		},
		address,
		kill: () => end(child),
		async revive() {
			({ child, port } = await launch({ ...rest, port, mounts: every }));
		},
		hang: () => void child.kill('SIGSTOP'),
		resume: () => void child.kill('SIGCONT'),
		stop: () => end(child)
	};
}

async function launch(options: object): Promise<{ child: ChildProcess; port: number }> {
	const child = spawn(PYTHON, [SCRIPT, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'pipe'] });
	let said = '';
	child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2_000)));
	const port = await new Promise<number>((resolve, reject) => {
		createInterface(child.stdout).once('line', (line) =>
			resolve((JSON.parse(line) as { port: number }).port)
		);
		child.once('error', reject);
		child.once('exit', (code) =>
			reject(
				new Error(
					`the RTSP camera did not start (${code}); it needs Debian's python3-gi ` +
						`gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good gstreamer1.0-plugins-bad\n${said}`
				)
			)
		);
	});
	return { child, port };
}

async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const gone = new Promise((resolve) => child.once('exit', resolve));
	child.kill('SIGKILL');
	await gone;
}
