// Whether a file is a model we can use: its header, its loading, a run on noise, then a look at a picture as streams take it.
//
// Loading and running a stranger's file may take any time and memory, or end the process: run this in one of its own.
import type { ModelOverrides, VettingResult } from '#lib/contracts/model.ts';
import { causeChain } from '#lib/server/base/errors.ts';
import { readModelInput, type ModelInput } from './model-input.ts';
import { NotOnnxError, readOnnxHeader, type OnnxHeader } from './onnx-header.ts';
import { recognise } from './recognise.ts';
import { Refusal } from './refusal.ts';
import { openSession, shorten } from './runtime.ts';
import { createModelSession } from './session.ts';
import { randomNumbers, runOnNoise, type Trial } from './trial.ts';

/** A look that takes longer on one thread keeps no stream up to date. */
const MAX_RUN_MS = 10_000;

/** Never rejects. */
export async function vetModel(
	path: string,
	overrides: ModelOverrides,
	{ maxRunMs = MAX_RUN_MS } = {}
): Promise<VettingResult> {
	try {
		const header = readHeader(path);
		const input = readModelInput(header, overrides);
		const trial = await tryOut(path, header, input, maxRunMs);
		const spec = recognise(header, input, trial.outputs, overrides);
		const used = new Set(spec.outputs.map(({ name }) => name));
		checkNumbers({ ...trial, outputs: trial.outputs.filter(({ name }) => used.has(name)) });
		const trialMs = await lookOnce({ id: 'vetting', path, spec }, maxRunMs);
		return { ok: true, spec, inputs: header.inputs, trialMs };
	} catch (error) {
		if (error instanceof Refusal) return { ok: false, problem: error.message, advice: error.advice };
		return {
			ok: false,
			problem: `The model could not be tried out: ${shorten(causeChain(error))}.`,
			advice: 'Try again; if it stays so, export the model anew.'
		};
	}
}

function readHeader(path: string): OnnxHeader {
	try {
		return readOnnxHeader(path);
	} catch (error) {
		if (!(error instanceof NotOnnxError)) throw error;
		throw new Refusal(
			`The file is not a whole ONNX model: ${error.message}.`,
			'Upload the .onnx file as it was exported; weights of PyTorch (.pt) have to be exported to ONNX first.'
		);
	}
}

async function tryOut(path: string, header: OnnxHeader, input: ModelInput, maxRunMs: number): Promise<Trial> {
	const session = await loading(path);
	try {
		const trial = await runOnNoise(session, input);
		if (trial.took > maxRunMs) throw tooSlow(trial.took, maxRunMs);
		return trial;
	} catch (error) {
		if (error instanceof Refusal) throw error;
		throw new Refusal(
			`The model loads, but fails when it runs: ${shorten(causeChain(error))}.`,
			header.inputs.some(({ dims }) => dims.slice(2).some((dim) => typeof dim === 'string'))
				? 'Its input has dynamic dimensions: give the width and height it was trained with, or export it with fixed ones.'
				: 'Export it again and try it with another program first.'
		);
	} finally {
		await session.release();
	}
}

async function loading(path: string) {
	try {
		return (await openSession(path, 'cpu', () => {})).session;
	} catch (error) {
		throw new Refusal(
			`ONNX Runtime cannot load the model: ${shorten(causeChain(error))}.`,
			'Export it again with standard operators, or with an older opset.'
		);
	}
}

function checkNumbers({ outputs }: Trial): void {
	for (const { name, data } of outputs) {
		if (data.length === 0 || data.some(Number.isFinite)) continue;
		throw new Refusal(
			`The model answers nothing but NaN or infinity in ${name}.`,
			'Its weights are broken, or too large for half precision: export it again, in float32.'
		);
	}
}

/** ms of one run on a picture, after the warm-up. */
async function lookOnce(model: Parameters<typeof createModelSession>[0], maxRunMs: number): Promise<number> {
	const session = await createModelSession(model, 'cpu', () => {});
	try {
		const random = randomNumbers();
		const data = Uint8Array.from({ length: (640 * 360 * 3) / 2 }, () => random() * 256);
		const { runMs } = await session.detect({ layout: 'yuv420p', width: 640, height: 360, data }, 0.25);
		if (runMs > maxRunMs) throw tooSlow(runMs, maxRunMs);
		return runMs;
	} finally {
		await session.release();
	}
}

const tooSlow = (ms: number, limit: number): Refusal =>
	new Refusal(
		`The model takes ${Math.round(ms)} ms for one picture; at most ${limit} ms are of use.`,
		'Use a smaller model, or one with a smaller input.'
	);
