// Probing real sources: what they are with a picture, or the cause in words. Every kind of bad input is here.
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FailureCode } from '#lib/contracts/failure.ts';
import type { ProbeResult } from '#lib/contracts/probe.ts';
import type { SourceConfig } from '#lib/contracts/run.ts';
import { startRtspCamera, type RtspCamera } from '../../../../tests/cameras/camera.ts';
import * as clips from '../../../../tests/cameras/clips.ts';
import {
	startFileServer,
	startMjpegCamera,
	startStatusServer,
	startTcpServer,
	type HttpCamera
} from '../../../../tests/cameras/http-camera.ts';
import { FFMPEG, scratchFolder } from '../../../../tests/cameras/tools.ts';
import { probeSource } from './probe.ts';

const folder = scratchFolder();
const PASSWORD = 'p@ss/wörd "quoted" it\'s';
const servers: HttpCamera[] = [];
let camera: RtspCamera;
let udpOnly: RtspCamera;
let files: HttpCamera;

beforeAll(async () => {
	const file = await clips.clip(folder.path, { bFrames: true });
	const sound = { path: '/sound', launch: 'audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay0' };
	[camera, udpOnly, files] = await Promise.all([
		startRtspCamera({ file, mounts: [sound], user: 'admin', password: PASSWORD }),
		startRtspCamera({ file, transports: 'udp' }),
		startFileServer(folder.path)
	]);
});

afterAll(async () => {
	await Promise.all([
		camera?.stop(),
		udpOnly?.stop(),
		files?.stop(),
		...servers.map((server) => server.stop())
	]);
	folder.remove();
});

function probe(
	kind: SourceConfig['kind'],
	url: string,
	change: Partial<SourceConfig> = {}
): Promise<ProbeResult> {
	return probeSource(
		{ kind, url, transport: 'auto', hardwareDecode: 'none', loop: false, ...change },
		FFMPEG
	);
}

async function refusal(kind: SourceConfig['kind'], url: string, change: Partial<SourceConfig> = {}) {
	const result = await probe(kind, url, change);
	if (result.ok) throw new Error(`${url} was probed successfully`);
	expect(result.elapsedMs).toBeLessThan(10_000);
	const { failure } = result;
	expect(failure.message).not.toBe('');
	expect(failure.advice).toMatch(/\.$/);
	return failure;
}

describe.concurrent('a source that works', () => {
	it('is told with its codec, size, rate, transport and a picture', async () => {
		const result = await probe('rtsp', camera.url);
		expect(result).toMatchObject({
			ok: true,
			codec: 'h264',
			width: 640,
			height: 360,
			fps: 25,
			transport: 'tcp'
		});
		if (!result.ok) return;
		const { format, width, height } = await sharp(Buffer.from(result.thumbnail, 'base64')).metadata();
		expect({ format, width, height }).toEqual({ format: 'jpeg', width: 640, height: 360 });
	});

	it('is found over UDP where the camera offers nothing else', async () => {
		expect(await probe('rtsp', udpOnly.url)).toMatchObject({ ok: true, transport: 'udp', codec: 'h264' });
		expect(await probe('rtsp', udpOnly.url, { transport: 'udp' })).toMatchObject({
			ok: true,
			transport: 'udp'
		});
	});

	it('has a thumbnail of 640 pixels at most, whatever its size', async () => {
		const result = await probe('file', await clips.clip(folder.path, { size: '1920x1080', seconds: 1 }));
		expect(result).toMatchObject({ ok: true, width: 1920, height: 1080, transport: null });
		if (!result.ok) return;
		const { width, height } = await sharp(Buffer.from(result.thumbnail, 'base64')).metadata();
		expect({ width, height }).toEqual({ width: 640, height: 360 });
	});

	it('may be an HTTP file, HLS or motion JPEG', async () => {
		await clips.clip(folder.path, { name: "it's a clip.mp4" });
		await clips.hls(folder.path);
		const mjpeg = await startMjpegCamera(await clips.jpegs(folder.path), 10);
		servers.push(mjpeg);
		const results = await Promise.all([
			probe('http', `${files.origin}/it's%20a%20clip.mp4`),
			probe('http', `${files.origin}/hls/index.m3u8`),
			probe('http', `${mjpeg.origin}/live.mjpg`),
			probe('http', `${mjpeg.origin}/live`)
		]);
		const facts = results.map((result) =>
			result.ok ? `${result.codec} ${result.width}×${result.height}` : result.failure.code
		);
		expect(facts).toEqual(['h264 640×360', 'h264 320×180', 'mjpeg 320×180', 'mjpeg 320×180']);
	});

	it('may have frames at irregular times', async () => {
		expect(await probe('file', await clips.variableRate(folder.path))).toMatchObject({
			ok: true,
			codec: 'h264'
		});
	});
});

describe.concurrent('a camera that cannot be reached or refuses', () => {
	it.each<[string, () => string, FailureCode, RegExp]>([
		[
			'wrong password',
			() => camera.address({ password: 'hunter2' }),
			'unauthorized',
			/127\.0\.0\.1:\d+ does not accept the user or password/
		],
		['no password', () => `rtsp://127.0.0.1:${camera.port}/live`, 'unauthorized', /does not accept/],
		[
			'wrong path',
			() => camera.address({ path: '/nothing/here' }),
			'not_found',
			/no stream at \/nothing\/here/
		],
		[
			'wrong port',
			() => 'rtsp://admin:hunter2@127.0.0.1:9/live',
			'refused',
			/Connection refused by 127\.0\.0\.1:9/
		],
		[
			'unknown host',
			() => 'rtsp://admin:hunter2@no-such-camera.invalid/live',
			'no_such_host',
			/no-such-camera\.invalid/
		],
		['sound only', () => camera.address({ path: '/sound' }), 'no_video_track', /no video/],
		['a web server', () => `rtsp://127.0.0.1:${files.port}/live`, 'not_video', /not a video/]
	])('%s', async (_name, url, code, words) => {
		const failure = await refusal('rtsp', url());
		expect(failure).toMatchObject({ code, message: expect.stringMatching(words) as string });
		expect(JSON.stringify(failure)).not.toMatch(/hunter2|p%40ss|p@ss/);
	});

	it('a server that accepts and says nothing', async () => {
		const silent = await startTcpServer('silent');
		servers.push(silent);
		const [rtsp, http] = await Promise.all([
			refusal('rtsp', `rtsp://127.0.0.1:${silent.port}/live`),
			refusal('http', `${silent.origin}/clip.mp4`)
		]);
		expect(rtsp).toMatchObject({
			code: 'timed_out',
			message: expect.stringMatching(/within \d+ s/) as string
		});
		expect(http.code).toBe('timed_out');
	});

	it('a server that accepts and hangs up', async () => {
		const closing = await startTcpServer('closing');
		servers.push(closing);
		expect((await refusal('rtsp', `rtsp://127.0.0.1:${closing.port}/live`)).code).toBe('not_video');
	});

	it.each<[number, FailureCode]>([
		[401, 'unauthorized'],
		[403, 'forbidden'],
		[404, 'not_found'],
		[500, 'not_video']
	])('HTTP status %d', async (status, code) => {
		const server = await startStatusServer(status);
		servers.push(server);
		expect((await refusal('http', `${server.origin}/video?password=hunter2`)).code).toBe(code);
	});
});

describe.concurrent('an address that is none', () => {
	it.each<[SourceConfig['kind'], string]>([
		['rtsp', 'http://127.0.0.1/live'],
		['http', 'ftp://127.0.0.1/clip.mp4'],
		['http', 'file:///etc/passwd'],
		['rtsp', 'rtsp://'],
		['rtsp', 'not an address'],
		['rtsp', "rtsp://127.0.0.1/live'\nfile '/etc/passwd"],
		['rtsp', `rtsp://127.0.0.1/${'a'.repeat(10_000)}`],
		['file', 'relative/clip.mp4'],
		['file', '/media/\u0000.mp4']
	])('%s %j', async (kind, url) => {
		expect((await refusal(kind, url)).code).toBe('bad_address');
	});
});

describe.concurrent('a file that is no video', () => {
	it.each<[string, (folder: string) => Promise<string>, FailureCode]>([
		['text named .mp4', clips.textNamedMp4, 'not_video'],
		['an MP4 without its index', clips.withoutIndex, 'truncated'],
		['an MP4 that breaks off before its first picture', (path) => clips.brokenOff(path, 0.02), 'truncated'],
		['sound only', clips.soundOnly, 'no_video_track'],
		['8192 × 8192 pixels', clips.tooLarge, 'too_large'],
		['one pixel', clips.onePixel, 'not_video'],
		['an unknown codec', clips.unknownCodec, 'codec_unsupported'],
		['no file at all', async (path) => join(path, 'missing.mp4'), 'file_missing'],
		['a folder', async (path) => path, 'not_video']
	])('%s', async (_name, make, code) => {
		const path = await make(folder.path);
		expect(await refusal('file', path)).toMatchObject({ code });
		if (code === 'file_missing' || path === folder.path) return;
		const served = await probe('http', `${files.origin}${path.slice(folder.path.length)}`);
		expect(served).toMatchObject({ ok: false, failure: { code } });
	});

	it('opens nothing else that a playlist from the network names', async () => {
		const secret = await clips.clip(folder.path, { name: 'secret.mp4', seconds: 1 });
		const { writeFileSync } = await import('node:fs');
		writeFileSync(
			join(folder.path, 'thief.m3u8'),
			`#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://${secret}\n#EXT-X-ENDLIST\n`
		);
		const failure = await refusal('http', `${files.origin}/thief.m3u8`);
		expect(['not_allowed', 'not_video', 'ended', 'unknown']).toContain(failure.code);
	});

	it('says that ffmpeg is missing', async () => {
		const path = await clips.clip(folder.path);
		const result = await probeSource(
			{ kind: 'file', url: path, transport: 'auto', hardwareDecode: 'none', loop: false },
			'/no/such/ffmpeg'
		);
		expect(result).toMatchObject({ ok: false, failure: { code: 'decoder_missing' } });
	});

	it('takes names that look like options or patterns for names', async () => {
		const path = await clips.clip(folder.path, { name: 'a%03d.mp4', seconds: 1 });
		const link = join(folder.path, '-y.mp4');
		rmSync(link, { force: true });
		symlinkSync(path, link);
		expect(await probe('file', path)).toMatchObject({ ok: true });
		expect(await probe('file', link)).toMatchObject({ ok: true });
	});
});
