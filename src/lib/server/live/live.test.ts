// The live room with a real bus: greeting, rate, sharing, staleness, shutdown; and that the overlay really draws.
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { DetectionRecord, TrackedObject } from '#lib/contracts/detection.ts';
import { directionOf } from '#lib/contracts/direction.ts';
import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { setResponse } from '@sveltejs/kit/node';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PreviewFrame } from '#lib/contracts/messages.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';
import { createMemoryBus, subjects, type Bus } from '../bus/index.ts';
import { createLocal } from '../bus/local.ts';
import { createLive, renderEvidence, type Display, type Live } from './index.ts';
import { overlaySvg } from './overlay.ts';

const DISPLAY: Display = {
	arrow_scale: 10,
	arrow_opacity: 100,
	gradient_intensity: 40,
	show_feed: true,
	show_arrows: true,
	show_magnitude: false
};
const grey = await sharp({ create: { width: 320, height: 180, channels: 3, background: '#808080' } })
	.jpeg()
	.toBuffer();

function frameOf(over: Partial<PreviewFrame> = {}): PreviewFrame {
	return {
		streamId: 'a',
		runId: 'r',
		seq: 1,
		capturedAt: Date.parse('2026-01-01T00:00:00Z'),
		width: 640,
		height: 360,
		jpeg: new Uint8Array(grey),
		gridSize: 16,
		flow: { avg: 5, max: 5, count: 1, total: 100, direction: 90, coherence: 1 },
		vectors: new Float32Array([320, 180, 12.3456, 0]),
		objects: [],
		...over
	};
}

let bus: Bus;
let live: Live;
let word: StreamStatus['status'];
const statusOf = (streamId: string) => ({ streamId, status: word }) as StreamStatus;
const signal = () => new AbortController().signal;

beforeEach(() => {
	word = 'connected';
	bus = createMemoryBus({ error: vi.fn() });
	live = createLive({
		bus,
		fleet: {
			statuses: () => [statusOf('a'), statusOf('b')],
			status: statusOf,
			onStatus: (handler) => bus.subscribe(subjects.status, handler),
			isRemote: () => false
		},
		fps: 1000
	});
});
afterEach(() => live.close());

interface Event {
	event: string;
	data: { streamId?: string; dropped?: number; jpeg?: string };
}

/** Reads events until `count` of them came. */
async function read(stream: ReadableStream<Uint8Array>, count: number): Promise<Event[]> {
	const reader = stream.getReader();
	const events: Event[] = [];
	while (events.length < count) {
		const { value, done } = await reader.read();
		if (done) break;
		const [, event, data] = /^event: (\w+)\ndata: (.*)\n\n$/s.exec(Buffer.from(value).toString()) ?? [];
		if (event) events.push({ event, data: JSON.parse(data!) as Event['data'] });
	}
	reader.releaseLock();
	return events;
}

describe('events', () => {
	test('greets with statuses, a heartbeat and the newest picture of what was asked for', async () => {
		bus.publish(subjects.frame, frameOf());
		bus.publish(subjects.frame, frameOf({ streamId: 'b' }));
		const events = await read(live.events(['a'], signal()), 3);
		expect(events.map(({ event }) => event)).toEqual(['status', 'heartbeat', 'frame']);
		expect(events[0]!.data.streamId).toBe('a');
		expect(events[2]!.data).toMatchObject({
			streamId: 'a',
			capturedAt: '2026-01-01T00:00:00.000Z',
			width: 640,
			height: 360,
			flow: { gridSize: 16, avg: 5, direction: 90, vectors: [320, 180, 12.35, 0] },
			detections: []
		});
		expect(Buffer.from(events[2]!.data.jpeg!, 'base64').equals(grey)).toBe(true);
	});

	test('pictures of none and statuses of all', async () => {
		bus.publish(subjects.frame, frameOf());
		const stream = live.events([], signal(), { statuses: 'all' });
		const events = await read(stream, 3);
		expect(events.map(({ event, data }) => data.streamId ?? event)).toEqual(['a', 'b', 'heartbeat']);
	});

	test('who asks by name for a stream that does not run is told so', async () => {
		word = 'deactivated';
		const [first] = await read(live.events(['idle'], signal()), 1);
		expect(first).toMatchObject({ event: 'status', data: { streamId: 'idle', status: 'deactivated' } });
	});

	test('one encoding serves all clients', async () => {
		const streams = [live.events('all', signal()), live.events('all', signal())];
		bus.publish(subjects.frame, frameOf());
		const readers = streams.map((stream) => stream.getReader());
		const chunks = await Promise.all(
			readers.map(async (reader) => {
				for (;;) {
					const { value } = await reader.read();
					if (Buffer.from(value!).toString().startsWith('event: frame')) return value;
				}
			})
		);
		expect(chunks[0]).toBe(chunks[1]);
	});

	test('an aborted request and a shutdown both end it, and it is counted no more', async () => {
		const abort = new AbortController();
		live.events('all', abort.signal);
		const other = live.events('all', signal());
		expect(live.clients()).toBe(2);
		abort.abort();
		expect(live.clients()).toBe(1);
		live.close();
		expect(live.clients()).toBe(0);
		expect(await read(other, 99)).toEqual([]);
		expect(() => live.events('all', signal())).toThrow(/shutting down/);
	});

	test('more clients than the server serves are refused', () => {
		const aborts = Array.from({ length: 256 }, () => new AbortController());
		for (const abort of aborts) live.events('all', abort.signal);
		expect(() => live.events('all', signal())).toThrow(expect.objectContaining({ code: 'unavailable' }));
		aborts[0]!.abort();
		expect(() => live.events('all', signal())).not.toThrow();
	});
});

describe('over a real connection', () => {
	test('a reader that stops reading costs this process little, and gets the newest picture when it reads again', async () => {
		const abort = new AbortController();
		const responses: ServerResponse[] = [];
		const server = createServer((_, response) => {
			responses.push(response);
			void setResponse(response, new Response(live.events('all', abort.signal)));
		});
		await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
		const { port } = server.address() as AddressInfo;
		const incoming = await new Promise<import('node:http').IncomingMessage>((resolve) => {
			request({ port, host: '127.0.0.1' }, resolve).end();
		});
		incoming.pause();
		// 60 MB: more than the sockets of both ends hold.
		const jpeg = new Uint8Array(300_000);
		for (let seq = 1; seq <= 150; seq++) {
			bus.publish(subjects.frame, frameOf({ seq, jpeg }));
			await sleep(2);
		}
		const held = responses[0]!.writableLength + (responses[0]!.socket?.writableLength ?? 0);
		expect(held, 'bytes waiting inside this process').toBeLessThan(2_000_000);
		const seen: number[] = [];
		let tail = '';
		incoming.on('data', (chunk: Buffer) => {
			const text = tail + chunk.toString('latin1');
			for (const [, seq] of text.matchAll(/"seq":(\d+),/g))
				if (Number(seq) > (seen.at(-1) ?? 0)) seen.push(Number(seq));
			tail = text.slice(-20);
		});
		incoming.resume();
		await vi.waitFor(() => expect(seen.at(-1), 'the newest is what comes last').toBe(150), 5000);
		expect(seen.length, 'the others gave way').toBeLessThan(120);
		abort.abort();
		server.close();
	});
});

describe('streams that run on another instance', () => {
	/** Keys that are asked of the others now. */
	let asked: string[];
	let say: (frame: PreviewFrame, at?: number) => void;

	beforeEach(() => {
		live.close();
		asked = [];
		const local = createLocal({ error: vi.fn() });
		say = (frame, at = Date.now()) =>
			local.deliver(subjects.frame, frame, { instance: 'there', here: false, at });
		const far: Bus = {
			...bus,
			subscribe: local.subscribe,
			watch(_, key) {
				asked.push(key);
				return () => void asked.splice(asked.indexOf(key), 1);
			}
		};
		live = createLive({
			bus: far,
			fleet: { statuses: () => [], status: statusOf, onStatus: () => () => {}, isRemote: () => true },
			fps: 1000
		});
		vi.useFakeTimers();
	});
	afterEach(() => void vi.useRealTimers());

	test('are asked for while anybody watches, and a little longer', async () => {
		const [one, two] = [new AbortController(), new AbortController()];
		live.events(['a', 'b'], one.signal);
		live.mjpeg('a', null, two.signal);
		live.events('all', two.signal);
		expect(asked).toEqual(['a', 'b', '*']);
		one.abort();
		await vi.advanceTimersByTimeAsync(11_000);
		expect(asked).toEqual(['a', '*']);
		two.abort();
		await vi.advanceTimersByTimeAsync(9000);
		live.mjpeg('a', null, one.signal);
		const again = new AbortController();
		live.events(['a'], again.signal);
		await vi.advanceTimersByTimeAsync(5000);
		expect(asked).toEqual(['a']);
		again.abort();
		await vi.advanceTimersByTimeAsync(11_000);
		expect(asked).toEqual([]);
	});

	test('nobody watches are not kept, though a picture still comes', async () => {
		say(frameOf());
		expect(asked).toEqual([]);
		word = 'stream_error';
		expect(await live.newest('a')).toBeNull();
		expect(asked).toEqual(['a']);
		say(frameOf());
		expect((await live.newest('a'))?.frame.seq).toBe(1);
		await vi.advanceTimersByTimeAsync(11_000);
		expect(await live.newest('a')).toBeNull();
	});

	test('have their first picture waited for, three seconds at most', async () => {
		const first = live.snapshot('a', null);
		await vi.advanceTimersByTimeAsync(2000);
		say(frameOf());
		expect(Buffer.from((await first)!.jpeg).equals(grey)).toBe(true);
		const none = live.snapshot('b', null);
		await vi.advanceTimersByTimeAsync(3100);
		expect(await none).toBeNull();
	});

	test('whose newest picture is old have the next one waited for, and the old one if none comes', async () => {
		const stop = new AbortController();
		live.events(['a'], stop.signal);
		say(frameOf({ seq: 1 }));
		await vi.advanceTimersByTimeAsync(5000);
		const next = live.newest('a');
		say(frameOf({ seq: 2 }));
		expect((await next)?.frame.seq).toBe(2);
		await vi.advanceTimersByTimeAsync(5000);
		const late = live.newest('a');
		await vi.advanceTimersByTimeAsync(3100);
		expect((await late)?.frame.seq).toBe(2);
		stop.abort();
	});

	test.each([3_600_000, -3_600_000])('by a clock %s ms off are as old as they are', async (off) => {
		live.events(['a'], signal());
		const theirs = Date.now() + off;
		say(frameOf({ capturedAt: theirs - 120 }), theirs);
		const { capturedAt, stale } = (await live.snapshot('a', null))!;
		expect([Date.now() - capturedAt.getTime(), stale]).toEqual([120, false]);
	});

	test('give no picture to alerts of this instance', async () => {
		live.events(['a'], signal());
		const still = live.still('a', 0, 500);
		say(frameOf());
		await vi.advanceTimersByTimeAsync(600);
		expect(await still).toBeNull();
	});
});

describe('pictures', () => {
	test('go out no faster than the settings say', async () => {
		live.setFps(1);
		for (let seq = 1; seq <= 5; seq++) bus.publish(subjects.frame, frameOf({ seq }));
		expect((await live.newest('a'))?.frame.seq).toBe(1);
	});

	test('of a deleted stream are forgotten', async () => {
		bus.publish(subjects.frame, frameOf());
		bus.publish(subjects.streamChange, { streamId: 'a', change: 'deleted' });
		expect(await live.newest('a')).toBeNull();
	});

	test('are stale, without motion, when the stream is not connected', async () => {
		bus.publish(subjects.frame, frameOf());
		word = 'stream_error';
		const snapshot = await live.snapshot('a', DISPLAY);
		expect(snapshot?.stale).toBe(true);
		expect(Buffer.from(snapshot!.jpeg).equals(grey)).toBe(true);
		expect(await live.snapshot('unknown', null)).toBeNull();
	});
});

describe('overlay', () => {
	const pixel = async (jpeg: Uint8Array, x: number, y: number) => {
		const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
		expect([info.width, info.height]).toEqual([320, 180]);
		return [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)] as [
			number,
			number,
			number
		];
	};

	test('draws the arrow where the vector is, in the colour of its direction', async () => {
		bus.publish(subjects.frame, frameOf());
		const { jpeg } = (await live.snapshot('a', DISPLAY))!;
		// The vector stands at (320, 180) of 640×360: (160, 90) of the JPEG, and reaches 12.3 × 10 / 2 = 62 px to the right.
		const [r, g, b] = await pixel(jpeg, 219, 90);
		expect(r, 'rose points right').toBeGreaterThan(180);
		expect(r - g).toBeGreaterThan(40);
		expect(b).toBeGreaterThan(g);
		const [elsewhere] = await pixel(jpeg, 60, 40);
		expect(Math.abs(elsewhere - 128 * 0.72), 'the feed is dimmed').toBeLessThan(6);
	});

	test('draws on an even ground without the feed, and heat as lightness', async () => {
		bus.publish(subjects.frame, frameOf());
		const dark = (await live.snapshot('a', { ...DISPLAY, show_feed: false, show_arrows: false }))!;
		expect((await pixel(dark.jpeg, 60, 40))[0]).toBeLessThan(40);
		const heat = (await live.snapshot('a', {
			...DISPLAY,
			show_feed: false,
			show_arrows: false,
			show_magnitude: true,
			gradient_intensity: 100
		}))!;
		expect((await pixel(heat.jpeg, 160, 90))[0]).toBeGreaterThan(70);
	});

	test('with nothing to draw is the picture itself', async () => {
		bus.publish(subjects.frame, frameOf());
		const plain = (await live.snapshot('a', { ...DISPLAY, show_arrows: false }))!;
		expect(Buffer.from(plain.jpeg).equals(grey)).toBe(true);
	});

	const person = (over: object = {}): TrackedObject => ({
		label: 'person',
		confidence: 0.874,
		box: { x: 0.25, y: 0.25, width: 0.25, height: 0.5 },
		trackId: 12,
		ageS: 3,
		seen: true,
		...over
	});

	test('marks objects where they are, motion drawn or not', async () => {
		bus.publish(subjects.frame, frameOf({ objects: [person()] }));
		const { jpeg } = (await live.snapshot('a', { ...DISPLAY, show_arrows: false }))!;
		// The box's upper left corner lies at (80, 45) of 320×180; its middle stays free.
		expect((await pixel(jpeg, 84, 45))[0]).toBeGreaterThan(190);
		expect(Math.abs((await pixel(jpeg, 120, 90))[0] - 128), 'nothing dims it').toBeLessThan(6);
	});

	test('says what an object is, and never lets a name become markup', () => {
		const objects = [person({ label: '<image href="file:///etc/passwd"/>&', seen: false })];
		const svg = overlaySvg(frameOf({ objects }), DISPLAY, 960, 540);
		expect(svg).toContain('&lt;image href="file:///etc/passwd"/&gt;&amp;');
		expect(svg).not.toContain('<image');
		expect(svg, 'predicted, it is dashed').toContain('stroke-dasharray');
	});

	test('outlines a zone on evidence, and survives what a zone may be called', async () => {
		const points: [number, number][] = [
			[0.25, 0.25],
			[0.75, 0.25],
			[0.75, 0.75],
			[0.25, 0.75]
		];
		const outline = { name: 'Dock & \u0007 \ud83d', kind: 'polygon' as const, points };
		const jpeg = await renderEvidence(frameOf({ vectors: new Float32Array() }), {
			arrows: true,
			zone: outline
		});
		const row = await Promise.all(Array.from({ length: 40 }, (_, i) => pixel(jpeg, 150 + i, 135)));
		expect(Math.max(...row.map(([r]) => r)), 'its lower edge').toBeGreaterThan(190);
		const line = { name: 'Gate', kind: 'line' as const, points: points.slice(0, 2) };
		await renderEvidence(frameOf({ objects: [person()] }), { arrows: false, zone: line });
	});

	test('stays small with a vector at every fourth pixel of a large frame', () => {
		const vectors = new Float32Array(480 * 270 * 4);
		for (let i = 0; i < 480 * 270; i++) vectors.set([(i % 480) * 4, Math.floor(i / 480) * 4, 3, -2], i * 4);
		const svg = overlaySvg(frameOf({ width: 1920, height: 1080, gridSize: 4, vectors }), DISPLAY, 960, 540);
		expect(svg.length).toBeLessThan(3_000_000);
	});

	test('uses the wheel of the interface', async () => {
		const wheel = await import('#lib/components/live/wheel.ts');
		for (const [dx, dy] of [
			[0, -1],
			[1, 0],
			[0, 1],
			[-1, 0],
			[1, -0.3]
		] as const) {
			const vectors = Float32Array.of(100, 100, 10 * dx, 10 * dy);
			const svg = overlaySvg(frameOf({ vectors }), DISPLAY, 960, 540);
			expect(svg).toContain(wheel.hueOnPicture(directionOf(dx, dy)));
		}
	});
});

describe('a still of a moment', () => {
	test('is the first picture from then on, waited for', async () => {
		bus.publish(subjects.frame, frameOf({ capturedAt: 1000 }));
		const asked = live.still('a', 1500, 5000);
		bus.publish(subjects.frame, frameOf({ capturedAt: 1400 }));
		bus.publish(subjects.frame, frameOf({ capturedAt: 1600 }));
		bus.publish(subjects.frame, frameOf({ capturedAt: 1700 }));
		expect((await asked)?.capturedAt).toBe(1600);
		expect((await live.still('a', 900, 5000))?.capturedAt, 'there already').toBeGreaterThanOrEqual(1000);
	});

	test('is the newest there is when none comes, and none of a stream that is lost', async () => {
		bus.publish(subjects.frame, frameOf({ capturedAt: 1000 }));
		expect((await live.still('a', 1500, 10))?.capturedAt).toBe(1000);
		word = 'stream_error';
		expect(await live.still('a', 500, 10)).toBeNull();
		expect(await live.still('nowhere', 500, 10)).toBeNull();
	});

	test('is not waited for beyond the end', async () => {
		const asked = live.still('a', 1500, 60_000);
		live.close();
		expect(await asked).toBeNull();
	});
});

describe('alerts and detections', () => {
	test('alerts go to everybody, detections to those who watch the stream', async () => {
		const watching = live.events(['a'], signal(), { statuses: [] });
		const elsewhere = live.events(['b'], signal(), { statuses: [] });
		bus.publish(subjects.detection, { id: 'd', stream_id: 'a' } as DetectionRecord);
		bus.publish(subjects.alert, { id: 'x', stream_id: 'a' } as AlertRecord);
		expect((await read(watching, 3)).map(({ event }) => event)).toEqual(['alert', 'heartbeat', 'detection']);
		expect((await read(elsewhere, 2)).map(({ event }) => event)).toEqual(['alert', 'heartbeat']);
	});

	test('detections of every stream go to who asks for them, without a picture', async () => {
		const asking = live.events([], signal(), { detections: 'all' });
		bus.publish(subjects.frame, frameOf());
		bus.publish(subjects.detection, { id: 'd', stream_id: 'a' } as DetectionRecord);
		expect((await read(asking, 2)).map(({ event }) => event)).toEqual(['heartbeat', 'detection']);
	});
});

describe('mjpeg', () => {
	test('sends the newest picture first, and only the newest to a slow reader', async () => {
		bus.publish(subjects.frame, frameOf({ capturedAt: 1000 }));
		const reader = live.mjpeg('a', null, signal()).getReader();
		const first = Buffer.from((await reader.read()).value!).toString('latin1');
		expect(first).toMatch(/^--frame\r\nContent-Type: image\/jpeg\r\nContent-Length: \d+\r\n/);
		expect(first).toContain('X-Captured-At: 1970-01-01T00:00:01.000Z');
		for (let i = 2; i <= 9; i++) {
			await new Promise((resolve) => setTimeout(resolve, 2));
			bus.publish(subjects.frame, frameOf({ capturedAt: i * 1000 }));
		}
		expect(Buffer.from((await reader.read()).value!).toString('latin1')).toContain('00:00:09.000Z');
	});

	test('draws with the display fields of the moment, and survives their not being readable', async () => {
		let readable = true;
		const display = vi.fn(async () => {
			if (!readable) throw new Error('the database is away');
			return DISPLAY;
		});
		bus.publish(subjects.frame, frameOf());
		const reader = live.mjpeg('a', display, signal()).getReader();
		const drawn = (await reader.read()).value!;
		readable = false;
		bus.publish(subjects.streamChange, { streamId: 'a', change: 'display' });
		await new Promise((resolve) => setTimeout(resolve, 2));
		bus.publish(subjects.frame, frameOf());
		const again = (await reader.read()).value!;
		expect(display).toHaveBeenCalledTimes(2);
		expect(drawn.byteLength).not.toBe(grey.byteLength);
		expect(again.byteLength).toBe(drawn.byteLength);
	});

	test('ends with its stream', async () => {
		const reader = live.mjpeg('a', null, signal()).getReader();
		bus.publish(subjects.streamChange, { streamId: 'a', change: 'deleted' });
		expect((await reader.read()).done).toBe(true);
	});
});
