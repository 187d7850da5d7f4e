// The detection stage: order, delays and failures of a model's answers, with the engine played by the test.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Detected, TrackedObject } from '#lib/contracts/detection.ts';
import type { FromWorker } from '#lib/contracts/messages.ts';
import { createDetectionStage, type DetectionStage } from './detection.ts';
import type { FlowField } from './flow/kernel.ts';

const [WIDTH, HEIGHT] = [64, 36];
const MODEL = { kind: 'model', modelId: 'm', fps: 10, confidence: 0.4, gated: false } as const;
const PERSON: Detected = {
	label: 'person',
	confidence: 0.9,
	box: { x: 0.2, y: 0.2, width: 0.2, height: 0.5 }
};

const still: FlowField = {
	columns: 4,
	rows: 2,
	gridSize: 16,
	originX: 8,
	originY: 8,
	winRadius: 8,
	flow: new Float32Array(16),
	status: new Uint8Array(8).fill(1)
};

type Infer = Extract<FromWorker, { type: 'infer' }>;

class Bench {
	readonly asked: Infer[] = [];
	readonly complaints: string[] = [];
	readonly told: { frame: number; objects: TrackedObject[] }[] = [];
	readonly stage: DetectionStage;
	private frames = 0;

	constructor(config: Parameters<typeof createDetectionStage>[0]) {
		this.stage = createDetectionStage(config, {
			send: (message) => this.asked.push(message),
			complain: (text) => this.complaints.push(text)
		});
	}

	/** The next frame, 100 ms after the last. */
	frame(data: Uint8Array = new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(this.frames)): void {
		const number = this.frames++;
		const frame = { capturedAt: 1e12 + 100 * number, width: WIDTH, height: HEIGHT, data, field: still };
		this.stage.frame(frame, (objects) => this.told.push({ frame: number, objects }));
	}

	answer(requestId: number, detections: Detected[] = [PERSON]): void {
		this.stage.answer({ type: 'infer-result', requestId, result: { detections, runMs: 1, totalMs: 2 } });
	}

	get order(): number[] {
		return this.told.map(({ frame }) => frame);
	}
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('without detection', () => {
	it('tells every frame at once, empty, and has no figures', () => {
		const bench = new Bench(null);
		bench.frame();
		expect(bench.told).toEqual([{ frame: 0, objects: [] }]);
		expect(bench.stage.take()).toBeNull();
	});
});

describe('a model', () => {
	it('gets the whole picture in shared memory, its own until it answers', () => {
		const bench = new Bench(MODEL);
		bench.frame(new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(7));
		const { picture } = bench.asked[0]!;
		expect(picture).toMatchObject({ layout: 'yuv420p', width: WIDTH, height: HEIGHT });
		expect(picture.buffer.byteLength).toBe((WIDTH * HEIGHT * 3) / 2);
		bench.frame();
		expect(bench.asked[1]!.picture.buffer).not.toBe(picture.buffer);
		expect(new Set(new Uint8Array(picture.buffer))).toEqual(new Set([7]));
		bench.answer(1);
		bench.frame();
		expect(bench.asked[2]!.picture.buffer).toBe(picture.buffer);
	});

	it('has its objects told of the frame they were seen on', () => {
		const bench = new Bench(MODEL);
		for (let k = 1; k <= 4; k++) {
			bench.frame();
			expect(bench.told).toHaveLength(k - 1);
			bench.answer(k);
		}
		expect(bench.order).toEqual([0, 1, 2, 3]);
		expect(bench.told[3]!.objects).toMatchObject([{ trackId: 1, label: 'person', seen: true }]);
		expect(bench.stage.take()).toMatchObject({ looked: 4, dropped: 0, failed: 0, objects: { person: 1 } });
	});

	it('that answers out of turn has frames told in order', () => {
		const bench = new Bench(MODEL);
		bench.frame();
		bench.frame();
		bench.answer(2);
		expect(bench.told).toEqual([]);
		bench.answer(1);
		expect(bench.order).toEqual([0, 1]);
	});

	it('that is late has its frame told after a moment, and what it saw is followed from then on', () => {
		const bench = new Bench(MODEL);
		for (let k = 1; k <= 3; k++) {
			bench.frame();
			bench.answer(k);
		}
		bench.frame();
		bench.frame();
		vi.advanceTimersByTime(240);
		expect(bench.order).toEqual([0, 1, 2]);
		vi.advanceTimersByTime(20);
		expect(bench.order).toEqual([0, 1, 2, 3, 4]);
		expect(bench.told[3]!.objects).toMatchObject([{ trackId: 1, seen: false }]);
		bench.answer(4, [{ ...PERSON, box: { ...PERSON.box, x: 0.22 } }]);
		bench.answer(5, [{ ...PERSON, box: { ...PERSON.box, x: 0.24 } }]);
		bench.frame();
		bench.answer(6, [{ ...PERSON, box: { ...PERSON.box, x: 0.26 } }]);
		expect(bench.told[5]!.objects).toMatchObject([{ trackId: 1, seen: true }]);
	});

	it('with all memory under way is not asked, and that is counted', () => {
		const bench = new Bench(MODEL);
		for (let k = 0; k < 6; k++) bench.frame();
		expect(bench.asked).toHaveLength(3);
		expect(bench.stage.take()).toMatchObject({ dropped: 3 });
		vi.advanceTimersByTime(300);
		expect(bench.order).toEqual([0, 1, 2, 3, 4, 5]);
	});

	it('that never answers is asked again after a while, in other memory', () => {
		const bench = new Bench(MODEL);
		for (let k = 0; k < 4; k++) bench.frame();
		vi.advanceTimersByTime(31_000);
		bench.frame();
		expect(bench.asked).toHaveLength(4);
		expect(bench.asked.slice(0, 3).map(({ picture }) => picture.buffer)).not.toContain(
			bench.asked[3]!.picture.buffer
		);
		bench.answer(1);
		bench.answer(bench.asked[3]!.requestId);
		expect(bench.order).toEqual([0, 1, 2, 3, 4]);
	});

	it('that fails leaves the frames told, and is complained of once in half a minute', () => {
		const bench = new Bench(MODEL);
		for (let k = 1; k <= 200; k++) {
			bench.frame();
			bench.stage.answer({ type: 'infer-missed', requestId: k, reason: 'failed' });
			vi.advanceTimersByTime(200);
		}
		expect(bench.told).toHaveLength(200);
		expect(bench.told.every(({ objects }) => objects.length === 0)).toBe(true);
		expect(bench.complaints).toHaveLength(2);
		expect(bench.stage.take()).toMatchObject({ failed: 200, looked: 0 });
	});

	it('is not fooled by boxes that are none', () => {
		const bench = new Bench(MODEL);
		for (let k = 1; k <= 5; k++) {
			bench.frame();
			bench.answer(k, [
				PERSON,
				{ ...PERSON, box: { x: NaN, y: 0, width: 1, height: 1 } },
				{ ...PERSON, confidence: NaN }
			]);
		}
		expect(bench.told[4]!.objects).toHaveLength(1);
	});

	it('is not asked of a frame without colour', () => {
		const bench = new Bench(MODEL);
		bench.frame(new Uint8Array(WIDTH * HEIGHT));
		expect(bench.asked).toEqual([]);
		expect(bench.order).toEqual([0]);
	});

	it('behind its gate is asked once of a still scene', () => {
		const bench = new Bench({ ...MODEL, gated: true });
		for (let k = 0; k < 20; k++) bench.frame();
		bench.answer(1, []);
		expect(bench.asked).toHaveLength(1);
		expect(bench.told).toHaveLength(20);
		expect(bench.stage.take()).toMatchObject({ looked: 1, gated: 19 });
	});

	it('has everything told that waits when another ffmpeg begins, and nothing after the end', () => {
		const bench = new Bench(MODEL);
		bench.frame();
		bench.frame();
		bench.stage.reset();
		expect(bench.order).toEqual([0, 1]);
		bench.frame();
		bench.stage.close();
		vi.advanceTimersByTime(1000);
		bench.answer(3);
		expect(bench.order).toEqual([0, 1]);
	});
});
