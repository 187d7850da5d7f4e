// ffmpeg's command line: what is on it, and what must not be.
import { describe, expect, it } from 'vitest';
import type { SourceConfig } from '#lib/contracts/run.ts';
import { jpegScale, runCommand, stillCommand, type InputMode } from './command.ts';

const PREVIEW = { fps: 6, maxWidth: 960, quality: 65 };

function command(url: string, input: InputMode, change: Partial<SourceConfig> = {}) {
	const source: SourceConfig = {
		url,
		kind: input.kind,
		transport: 'auto',
		hardwareDecode: 'none',
		loop: false,
		...change
	};
	return runCommand({ source, input, analysis: { width: 640, fps: 15 }, preview: PREVIEW });
}

describe('an address on the network', () => {
	const url = "rtsp://admin:it's%20\\me@10.0.0.4:554/live?token=abc";

	it('goes to standard input, quoted, and nowhere near the command line', () => {
		const { args, stdin } = command(url, { kind: 'rtsp', transport: 'tcp' });
		expect(args.join(' ')).not.toMatch(/admin|10\.0\.0\.4|token/);
		expect(stdin?.split('\n').slice(0, 2)).toEqual([
			'ffconcat version 1.0',
			"file 'rtsp://admin:it'\\''s%20\\me@10.0.0.4:554/live?token=abc'"
		]);
	});

	it('does so for a single picture too', () => {
		const source: SourceConfig = {
			url,
			kind: 'rtsp',
			transport: 'auto',
			hardwareDecode: 'none',
			loop: false
		};
		const { args, stdin } = stillCommand(source, { kind: 'rtsp', transport: 'udp' }, 640);
		expect(args.join(' ')).not.toMatch(/admin|10\.0\.0\.4|token/);
		expect(stdin).toContain('option rtsp_transport udp');
	});

	it('may open nothing but what its kind needs', () => {
		const protocols = (input: InputMode) => {
			const { args } = command('http://h/x', input);
			return args[args.indexOf('-protocol_whitelist') + 1]?.split(',');
		};
		for (const input of [
			{ kind: 'rtsp', transport: 'tcp' },
			{ kind: 'http', clock: 'stream' }
		] as const) {
			expect(protocols(input)).not.toContain('file');
		}
		expect(protocols({ kind: 'file', loop: true })).toEqual(['file']);
	});

	it('is read in real time, but for JPEGs, which are stamped as they arrive', () => {
		expect(command('http://h/x', { kind: 'http', clock: 'stream' }).args).toContain('-re');
		const arrival = command('http://h/x', { kind: 'http', clock: 'arrival' });
		expect(arrival.args).not.toContain('-re');
		expect(arrival.stdin).toContain('option use_wallclock_as_timestamps 1');
	});
});

describe('a file', () => {
	it('is named on the command line and looped for ever where asked', () => {
		const { args, stdin } = command('/media/-y clip.mp4', { kind: 'file', loop: true });
		expect(stdin).toBeNull();
		expect(args).toContain('file:/media/-y clip.mp4');
		expect(args[args.indexOf('-stream_loop') + 1]).toBe('-1');
		expect(command('/media/a.mp4', { kind: 'file', loop: false }).args).not.toContain('-stream_loop');
	});
});

describe('decoding', () => {
	it('is on the CPU unless hardware is asked for', () => {
		expect(command('/a.mp4', { kind: 'file', loop: true }).args).not.toContain('-hwaccel');
		const { args } = command('/a.mp4', { kind: 'file', loop: true }, { hardwareDecode: 'vaapi' });
		expect(args[args.indexOf('-hwaccel') + 1]).toBe('vaapi');
		expect(args.indexOf('-hwaccel')).toBeLessThan(args.indexOf('-i'));
	});
});

describe('jpegScale', () => {
	it('runs from the best to the worst that mjpeg has', () => {
		expect([100, 90, 75, 65, 50, 25, 10, 1].map(jpegScale)).toEqual([2, 2, 4, 6, 8, 16, 31, 31]);
	});

	it('takes no quality outside 1 to 100', () => {
		expect([jpegScale(-5), jpegScale(0), jpegScale(101)]).toEqual([31, 31, 2]);
	});
});

describe('packets for clips', () => {
	const source: SourceConfig = {
		url: '/media/a.mp4',
		kind: 'file',
		transport: 'auto',
		hardwareDecode: 'none',
		loop: true
	};
	const args = (ring: { dir: string; format: 'mpegts' | 'matroska' } | null) => {
		const input: InputMode = { kind: 'file', loop: true };
		return runCommand({ source, input, analysis: { width: 640, fps: 15 }, preview: PREVIEW, ring }).args;
	};

	it('are copied by a muxer that drops rather than waits, and recovers from any error', () => {
		const more = args({ dir: '/data/100% ring', format: 'mpegts' }).slice(args(null).length);
		expect(more.slice(0, 4)).toEqual(['-map', '0:v:0', '-c:v', 'copy']);
		for (const option of ['-drop_pkts_on_overflow', '-attempt_recovery', '-recover_any_error'])
			expect(more[more.indexOf(option) + 1]).toBe('1');
		expect(more.at(-1)).toBe('file:/data/100%% ring/%Y%m%dT%H%M%S.ts');
	});

	it('are not kept unless asked for', () => {
		expect(args(null).join(' ')).not.toContain('segment');
	});
});
