// No ffmpeg outlives the process or the thread that started it, however that ends.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRtspCamera, type RtspCamera } from '../../../../tests/cameras/camera.ts';
import { clip } from '../../../../tests/cameras/clips.ts';
import { startTcpServer, type HttpCamera } from '../../../../tests/cameras/http-camera.ts';
import { running, scratchFolder, until } from '../../../../tests/cameras/tools.ts';

const HOST = fileURLToPath(new URL('../../../../tests/cameras/host.ts', import.meta.url));
const folder = scratchFolder();
let file: string;
let camera: RtspCamera;
let silent: HttpCamera;

beforeAll(async () => {
	file = await clip(folder.path);
	[camera, silent] = await Promise.all([startRtspCamera({ file }), startTcpServer('silent')]);
});

afterAll(async () => {
	await Promise.all([camera?.stop(), silent?.stop()]);
	folder.remove();
});

interface Said {
	pid?: number;
	frames?: number;
}

function settings(kind: 'file' | 'rtsp', url: string): string {
	return JSON.stringify({ kind, url, transport: 'tcp', hardwareDecode: 'none', loop: true });
}

async function killHost(source: string, ready: (said: Said) => boolean): Promise<number> {
	const host = spawn(process.execPath, [HOST, source], { stdio: ['ignore', 'pipe', 'inherit'] });
	let pid = 0;
	await new Promise<void>((resolve) => {
		createInterface(host.stdout).on('line', (line) => {
			const said = JSON.parse(line) as Said;
			pid = said.pid ?? pid;
			if (ready(said)) resolve();
		});
	});
	expect(running(pid)).toBe(true);
	host.kill('SIGKILL');
	return pid;
}

it.concurrent('a killed process, playing a file', async () => {
	const pid = await killHost(settings('file', file), ({ frames }) => frames !== undefined);
	await until('ffmpeg to be gone', () => !running(pid), 5_000);
});

it.concurrent('a killed process, playing a camera', async () => {
	const pid = await killHost(settings('rtsp', camera.url), ({ frames }) => frames !== undefined);
	await until('ffmpeg to be gone', () => !running(pid), 5_000);
});

it.concurrent('a killed process, connecting', async () => {
	const pid = await killHost(
		settings('rtsp', `rtsp://127.0.0.1:${silent.port}/live`),
		({ pid }) => pid !== undefined
	);
	await until('ffmpeg to be gone', () => !running(pid), 12_000);
});

it.concurrent('a worker thread that is terminated', async () => {
	const worker = new Worker(HOST, { workerData: settings('file', file) });
	let pid = 0;
	await new Promise<void>((resolve) => {
		worker.on('message', (said: Said) => {
			pid = said.pid ?? pid;
			if (said.frames !== undefined) resolve();
		});
	});
	await worker.terminate();
	await until('ffmpeg to be gone', () => !running(pid), 5_000);
});
