// Causes in words for what real ffmpeg seldom says in a test, and no credential in any of them.
import { describe, expect, it } from 'vitest';
import { FAILURE_CODES, type FailureCode } from '#lib/contracts/failure.ts';
import type { SourceConfig } from '#lib/contracts/run.ts';
import { advice } from './advice.ts';
import { placeOf, sizeVerdict, type Attempt } from './attempt.ts';
import { explain } from './failure.ts';

const CAMERA: SourceConfig = {
	url: 'rtsp://admin:hunter2@10.20.4.31/live?token=s3cret',
	kind: 'rtsp',
	transport: 'auto',
	hardwareDecode: 'none',
	loop: false
};

function attempt(change: Partial<Attempt>): Attempt {
	const exit = { code: 1, signal: null };
	return {
		stderr: '',
		exit,
		verdict: null,
		elapsedMs: 100,
		phase: 'connecting',
		facts: undefined,
		...change
	};
}

const code = (change: Partial<Attempt>, source: Partial<SourceConfig> = {}) =>
	explain(attempt(change), { ...CAMERA, ...source }).code;
const facts = { codec: 'h264', width: 1280, height: 720, fps: 25 };

describe('explain', () => {
	it.each<[string, FailureCode]>([
		['[tcp @ 0x1] [error] Connection to tcp://10.20.4.31:554 failed: No route to host', 'unreachable'],
		['[error] pipe:0: Network is unreachable', 'unreachable'],
		[
			'[tcp @ 0x1] [error] Failed to resolve hostname cam: Temporary failure in name resolution',
			'no_such_host'
		],
		['[error] pipe:0: Connection timed out', 'timed_out'],
		['[rtsp @ 0x1] [error] method DESCRIBE failed: 403 Forbidden', 'forbidden'],
		['[http @ 0x1] [warning] HTTP error 410 Gone', 'not_found'],
		['[error] Decoder (codec av1) not found for input stream #0:0', 'codec_unsupported'],
		["[file @ 0x1] [error] Protocol 'file' not on whitelist 'http,tcp'!", 'not_allowed'],
		['', 'unknown']
	])('%s → %s', (stderr, expected) => {
		expect(code({ stderr })).toBe(expected);
	});

	it('tells a silent server from one that speaks nonsense by the time it took', () => {
		const stderr = '[error] pipe:0: Invalid data found when processing input';
		expect(code({ stderr, elapsedMs: 5_200 })).toBe('timed_out');
		expect(code({ stderr, elapsedMs: 100 })).toBe('not_video');
	});

	it('takes a quiet end of a live stream for the source’s', () => {
		expect(code({ exit: { code: 0, signal: null }, phase: 'live', facts })).toBe('ended');
		expect(code({ exit: { code: null, signal: 'SIGSEGV' }, phase: 'live', facts })).toBe('decoder_crashed');
	});

	it('believes the supervisor before ffmpeg', () => {
		const stderr = '[error] Connection refused';
		expect(code({ stderr, verdict: { kind: 'stalled', afterS: 3 } })).toBe('stalled');
		expect(code({ stderr, verdict: { kind: 'resolution_changed', width: 1, height: 1 } })).toBe(
			'resolution_changed'
		);
		expect(code({ stderr, verdict: { kind: 'no_first_frame', afterS: 12 } })).toBe('refused');
		const silent = explain(
			attempt({ verdict: { kind: 'no_first_frame', afterS: 12 }, facts, elapsedMs: 12_000 }),
			CAMERA
		);
		expect(silent).toMatchObject({
			code: 'timed_out',
			message: expect.stringContaining('no whole picture came within 12 s') as string
		});
	});

	it('blames hardware decoding only where it was asked for', () => {
		const stderr =
			'[AVHWDeviceContext @ 0x1] [error] No VA display found for device /dev/dri/renderD128.\n[error] Device creation failed: -22.';
		expect(code({ stderr }, { hardwareDecode: 'vaapi' })).toBe('hardware_unavailable');
		expect(code({ stderr })).not.toBe('hardware_unavailable');
	});

	it('holds no credential in message, advice or evidence', () => {
		const stderr = [
			"[concat @ 0x1] [error] Impossible to open 'rtsp://admin:hunter2@10.20.4.31/live?token=s3cret'",
			'[error] login hunter2 failed: 401 Unauthorized, s3cret'
		].join('\n');
		const failure = explain(attempt({ stderr }), CAMERA);
		expect(JSON.stringify(failure)).not.toMatch(/hunter2|s3cret/);
		expect(failure.evidence).toContain('rtsp://admin:***@10.20.4.31/live?token=***');
		expect(failure.evidence).not.toContain('0x1');
	});

	it('keeps the evidence short', () => {
		const stderr = Array.from({ length: 500 }, (_, k) => `[error] line ${k} ${'x'.repeat(300)}`).join('\n');
		expect(explain(attempt({ stderr }), CAMERA).evidence.length).toBeLessThanOrEqual(1_200);
	});
});

describe('placeOf', () => {
	it.each([
		['rtsp', 'rtsp://admin:hunter2@10.0.0.4/live', '10.0.0.4:554'],
		['rtsp', 'rtsps://[fe80::1]:7441/live', '[fe80::1]:7441'],
		['http', 'https://cam.example/live', 'cam.example:443'],
		['file', '/media/clip.mp4', '/media/clip.mp4']
	] as const)('%s %s → %s', (kind, url, place) => {
		expect(placeOf({ ...CAMERA, kind, url })).toBe(place);
	});
});

describe('sizeVerdict', () => {
	it('takes pictures from 16 pixels a side to 8K', () => {
		const kinds = [
			[7_680, 4_320],
			[8_192, 8_192],
			[15, 400],
			[16, 16],
			[0, 0]
		].map(([width = 0, height = 0]) => sizeVerdict({ width, height })?.kind);
		expect(kinds).toEqual([undefined, 'too_large', 'too_small', undefined, undefined]);
	});
});

describe('advice', () => {
	it('has a sentence for every code', () => {
		for (const each of FAILURE_CODES) expect(advice(each, CAMERA)).toMatch(/^[A-Z].*\.$/s);
	});
});
