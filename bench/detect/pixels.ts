// From pixels to boxes beside a bare run of the same model on one thread, by turns.
import { existsSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import type { ModelSpec, Picture } from '#lib/contracts/model.ts';
import { compileDetectModule, DetectKernel } from '#lib/workers/detect/kernel.ts';
import { letterbox } from '#lib/workers/detect/reference.ts';
import { createModelSession } from '#lib/workers/detect/session.ts';
import { toYuv } from '#lib/workers/detect/testing/shared.ts';
import { vetModel } from '#lib/workers/detect/vet.ts';
import { median, printTable } from '../table.ts';
import type { Section } from '../detect.ts';

const MODEL = '../shared/data/models/yolox_nano_v8_640.onnx';
const PICTURE = '../shared/data/images/rf-crowd.jpg';
const SIZE = { width: 640, height: 360 };
/** Pixels to boxes over a bare run; ms of the way from pixels to a tensor. */
const TARGETS = { ratio: 1.05, tensorMs: 2 };
const ROUNDS = 200;
/** Until the engine's optimising compiler is done with everything. */
const WARM_UP = 10;
const CONFIDENCE = 0.25;

export const measurePixels: Section = async () => {
	if (!existsSync(MODEL) || !existsSync(PICTURE)) return { skipped: `${MODEL} or ${PICTURE} is absent` };
	const verdict = await vetModel(MODEL, {});
	if (!verdict.ok) throw new Error(verdict.problem);
	const { spec } = verdict;
	const rgb = await readPicture();
	const yuv = toYuv(rgb);
	const runs = await byTurns(spec, yuv);
	const tensors = await timeTensors(spec, { yuv420p: yuv, rgb24: rgb });
	const plainMs = msOf(() => letterbox(yuv, spec.input));
	report(runs, tensors, plainMs);
	const ratio = ratioOf(runs);
	const met = ratio <= TARGETS.ratio && Math.max(...Object.values(tensors)) <= TARGETS.tensorMs;
	return {
		met,
		targets: TARGETS,
		ratio,
		bareMs: median(runs.bare),
		wholeMs: median(runs.whole),
		tensorMs: tensors,
		boxes: runs.boxes
	};
};

async function readPicture(): Promise<Picture> {
	const { width, height } = SIZE;
	const data = await sharp(PICTURE).resize(width, height, { fit: 'fill' }).removeAlpha().raw().toBuffer();
	return { layout: 'rgb24', width, height, data: new Uint8Array(data) };
}

interface Runs {
	/** ms, by round. */
	bare: number[];
	whole: number[];
	boxes: number;
}

/** A bare run and a whole look, one after the other in changing order, each in a session of its own. */
async function byTurns(spec: ModelSpec, picture: Picture): Promise<Runs> {
	const bare = await bareRun(spec, picture);
	const session = await createModelSession({ id: 'bench', path: MODEL, spec }, 'cpu', console.log);
	const look = () => session.detect(picture, CONFIDENCE);
	const runs: Runs = { bare: [], whole: [], boxes: (await look()).detections.length };
	for (let round = -WARM_UP; round < ROUNDS; round++) {
		const first = round % 2 === 0;
		const before = first ? await msOfRun(bare) : null;
		const whole = await msOfRun(look);
		const alone = before ?? (await msOfRun(bare));
		if (round < 0) continue;
		runs.bare.push(alone);
		runs.whole.push(whole);
	}
	await session.release();
	return runs;
}

/** The same model and session options with a tensor that is there already, read by nobody. */
async function bareRun(spec: ModelSpec, picture: Picture): Promise<() => Promise<unknown>> {
	const session = await InferenceSession.create(MODEL, {
		executionProviders: ['cpu'],
		intraOpNumThreads: 1,
		interOpNumThreads: 1,
		graphOptimizationLevel: 'all',
		extra: { session: { intra_op: { allow_spinning: '0' } } }
	});
	const { input, outputs } = spec;
	const dims = [1, 3, input.height, input.width];
	const feeds = { [input.name]: new Tensor('float32', letterbox(picture, input), dims) };
	const fetches = Object.fromEntries(
		outputs.map(({ name, dims: shape }) => {
			const known = shape.map(Number);
			const length = known.reduce((product, dim) => product * dim, 1);
			return [name, new Tensor('float32', new Float32Array(length), known)];
		})
	);
	return () => session.run(feeds, fetches);
}

async function timeTensors(
	spec: ModelSpec,
	pictures: Record<Picture['layout'], Picture>
): Promise<Record<Picture['layout'], number>> {
	const options = { input: spec.input, batch: 1, outputs: [], anchors: 0 };
	const kernel = new DetectKernel(await compileDetectModule(), options);
	const time = (picture: Picture) => {
		for (let i = 0; i < 50; i++) kernel.write(picture);
		return median(Array.from({ length: 100 }, () => msOf(() => kernel.write(picture))));
	};
	return { yuv420p: time(pictures.yuv420p), rgb24: time(pictures.rgb24) };
}

function report(runs: Runs, tensors: Record<Picture['layout'], number>, plainMs: number): void {
	const [bare, whole] = [median(runs.bare), median(runs.whole)];
	const size = `${SIZE.width}x${SIZE.height}`;
	printTable(
		`YOLOX-nano in its v8 form, 640; ms on one thread, medians of ${ROUNDS} rounds by turns`,
		['step', 'ms', 'ratio'],
		[
			['bare session.run', bare.toFixed(2), '1.000x'],
			[`pixels to ${runs.boxes} boxes`, whole.toFixed(2), `${ratioOf(runs).toFixed(3)}x`],
			[`${size} yuv420p to tensor`, tensors.yuv420p.toFixed(3), ''],
			[`${size} rgb24 to tensor`, tensors.rgb24.toFixed(3), ''],
			['the same in scalar TypeScript', plainMs.toFixed(1), '']
		]
	);
}

/** The median of every round's own ratio: what else the machine does meets both halves of a round alike. */
function ratioOf({ bare, whole }: Runs): number {
	return median(whole.map((ms, round) => ms / bare[round]!));
}

function msOf(work: () => unknown): number {
	const start = performance.now();
	work();
	return performance.now() - start;
}

async function msOfRun(work: () => Promise<unknown>): Promise<number> {
	const start = performance.now();
	await work();
	return performance.now() - start;
}
