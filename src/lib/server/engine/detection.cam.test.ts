// From a film to boxes: a real stream, a real model in real threads, and the objects on the very frames that people see.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { PreviewFrame } from '#lib/contracts/messages.ts';
import type { LoadableModel } from '#lib/contracts/model.ts';
import { subjects } from '../bus/index.ts';
import { createVetting } from '../models/vetting.ts';
import { benchOf, fakeRegistry, streamOf, until } from './testing/bench.ts';

const DATA = resolve('../shared/data');
const FILM = resolve(DATA, 'video/one-by-one-person-detection.mp4');
const MODEL = resolve(DATA, 'models/yolox_nano_v8_640.onnx');
const present = existsSync(FILM) && existsSync(MODEL);
const analysis = {
	width: 640,
	fps: 10,
	gridSize: 16,
	winRadius: 8,
	threshold: 1,
	mode: 'fast'
} as const;

let stop: () => Promise<void> = async () => {};
afterEach(() => stop());

async function nano(): Promise<LoadableModel> {
	const verdict = await createVetting().vet(MODEL, {});
	if (!verdict.ok) throw new Error(verdict.problem);
	return { id: 'nano', path: MODEL, spec: verdict.spec };
}

function watching(detection: Parameters<typeof streamOf>[2], loadable: LoadableModel | null = null) {
	const streams = fakeRegistry([streamOf('a', FILM, { analysis, ...detection })]);
	const bench = benchOf({ streams, models: { loadable: async () => loadable } });
	const frames: PreviewFrame[] = [];
	bench.bus.subscribe(subjects.frame, (frame) => frames.push(frame));
	stop = bench.engine.stop;
	const seen = (label: string) =>
		frames.flatMap(({ objects }) => objects.filter((object) => object.label === label && object.seen));
	return { ...bench, frames, seen };
}

test.skipIf(!present)(
	'a person who walks in is found, followed under one id, and counted (skipped without ../shared/data)',
	{ timeout: 60_000 },
	async () => {
		const detection = { kind: 'model', modelId: 'nano', fps: 5, confidence: 0.4, gated: true } as const;
		const { engine, frames, seen } = watching({ detection }, await nano());
		await engine.start();
		// The first one comes after six seconds.
		await until('a person was seen for a while', () => seen('person').length >= 6, 40_000);
		const people = seen('person');
		expect(new Set(people.map(({ trackId }) => trackId)).size).toBe(1);
		for (const { box, confidence } of people) {
			expect(confidence).toBeGreaterThan(0.1);
			expect(box.width).toBeGreaterThan(0.02);
			expect(box.height).toBeGreaterThan(0.1);
			expect(Math.max(box.x + box.width, box.y + box.height)).toBeLessThanOrEqual(1.001);
		}
		expect(frames[0]!.objects).toEqual([]);
		const { detection: figures } = engine.status('a');
		expect(figures).toMatchObject({ failed: 0, objects: { person: 1 } });
		expect(figures!.looked).toBeGreaterThan(5);
		// An empty room at first: the gate spared the model most of those seconds.
		expect(figures!.gated).toBeGreaterThan(10);
		expect(engine.inference().streams.a).toMatchObject({ failed: 0 });
		expect(engine.inference()).toMatchObject({ provider: 'cpu', threads: 1 });
		// In the midst of its work: nothing aborts.
		await engine.stop();
		expect(engine.busy()).toBe(false);
	}
);

test.skipIf(!present)(
	'without weights the same person is something that moves (skipped without ../shared/data)',
	{ timeout: 60_000 },
	async () => {
		const detection = { kind: 'moving', fps: 5, confidence: 0.4 } as const;
		const { engine, seen } = watching({ detection });
		await engine.start();
		await until('it was seen for a while', () => seen('moving').length >= 10, 40_000);
		expect(engine.inference()).toMatchObject({ provider: null, streams: {} });
	}
);

test.skipIf(!present)(
	'a model that is gone costs the stream its objects and nothing else (skipped without ../shared/data)',
	{ timeout: 30_000 },
	async () => {
		const detection = { kind: 'model', modelId: 'gone', fps: 5, confidence: 0.4, gated: false } as const;
		const { engine, frames, word } = watching({ detection });
		await engine.start();
		await until('pictures come', () => frames.length > 10, 20_000);
		await until('failures were counted', () => (engine.status('a').detection?.failed ?? 0) > 0);
		expect(word('a')).toBe('connected');
		expect(frames.flatMap(({ objects }) => objects)).toEqual([]);
	}
);
