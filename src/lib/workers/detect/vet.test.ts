// What is let in and what is refused, with words that tell the uploader what to do.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ModelOverrides, VettingResult } from '#lib/contracts/model.ts';
import { modelFolder } from './testing/folder.ts';
import { writeOnnx, type WrittenModel, type WrittenOutput } from './testing/onnx-writer.ts';
import { SAMPLES, SIDE } from './testing/samples.ts';
import { vetModel } from './vet.ts';

const folder = modelFolder();
const v8 = SAMPLES.find(({ format }) => format === 'yolov8')!.model;
const zeros = (name: string, dims: number[]): WrittenOutput => ({
	name,
	dims,
	values: new Float32Array(dims.reduce((product, dim) => product * dim, 1))
});

let count = 0;
const vet = (
	model: WrittenModel | Buffer,
	overrides: ModelOverrides = {},
	limit?: number
): Promise<VettingResult> =>
	vetModel(
		folder.write(`model-${count++}`, model),
		overrides,
		limit === undefined ? {} : { maxRunMs: limit }
	);

async function refusal(...args: Parameters<typeof vet>): Promise<string> {
	const verdict = await vet(...args);
	if (verdict.ok) throw new Error(`it was let in as ${verdict.spec.format}`);
	expect(verdict.problem).toMatch(/^[A-Z].*\.$/s);
	expect(verdict.advice).toMatch(/^[A-Z].*\.$/s);
	return `${verdict.problem} ${verdict.advice}`;
}

describe('refuses', () => {
	it.each([
		['an empty file', Buffer.alloc(0), /not a whole ONNX model/],
		['weights of another program', Buffer.from('PK\x03\x04 a zip of PyTorch'.repeat(30)), /\.pt/],
		['half a file', writeOnnx(v8).subarray(0, 3000), /cut off/]
	])('%s', async (_, content, words) => {
		expect(await refusal(content)).toMatch(words);
	});

	it('a graph the runtime does not understand', async () => {
		const broken = writeOnnx(v8);
		broken.write('XeduceMean', broken.indexOf('ReduceMean'));
		expect(await refusal(broken)).toMatch(/ONNX Runtime cannot load the model: .*XeduceMean/);
	});

	it('other tasks', async () => {
		const metadata = { ...v8.metadata, task: 'segment' };
		expect(await refusal({ ...v8, metadata })).toMatch(/made for the task "segment"/);
	});

	it('dynamic sizes that nobody knows, and takes them where the file or the uploader does', async () => {
		const input = { dims: [1, 3, 'height', 'width'] };
		const dynamic = { ...v8, input };
		expect(await refusal(dynamic)).toMatch(/dynamic height \("height"\).*Give width and height/);
		const told = await vet(dynamic, { width: SIDE, height: SIDE });
		expect(told.ok && told.spec.input.width).toBe(SIDE);
		const known = await vet({ ...dynamic, metadata: { ...v8.metadata, imgsz: '[64, 64]' } });
		expect(known.ok && known.spec.input.height).toBe(SIDE);
	});

	it('a size that is not the file’s own', async () => {
		expect(await refusal(v8, { width: 128 })).toMatch(/fixed width of 64 px, but 128 was given/);
	});

	it('hostile sizes', async () => {
		expect(await refusal({ ...v8, input: { dims: [1, 3, 100_000, 100_000] } })).toMatch(/100000x100000 px/);
		expect(await refusal({ ...v8, input: { dims: [64, 3, 64, 64] } })).toMatch(/64 pictures at a time/);
	});

	it('colours last, types we cannot feed, and inputs that are no picture', async () => {
		expect(await refusal({ ...v8, input: { dims: [1, 64, 64, 3] } })).toMatch(/NHWC/);
		expect(await refusal({ ...v8, input: { dims: [1, 1, 64, 64] } })).toMatch(/three colour planes/);
		expect(await refusal({ ...v8, input: { dims: [1, 3, 64, 64], type: 'int64' } })).toMatch(/of type int64/);
		expect(await refusal({ ...v8, input: { dims: [1, 12] } })).toMatch(/no inputs that could take a picture/);
	});

	it('outputs that fit nothing, naming the shapes it has and those we know', async () => {
		const words = await refusal({ outputs: [zeros('embedding', [1, 512])] });
		expect(words).toMatch(/embedding float32 \[1, 512\]/);
		expect(words).toMatch(/YOLOv8.*\[1, 4\+classes, G\]/);
	});

	it('heads that need decoding or have suppression built in', async () => {
		const head = [8, 4, 2].map((cells) => zeros(`head${cells}`, [1, 24, cells, cells]));
		expect(await refusal({ outputs: head })).toMatch(/head without its decoding/);
		const built = ['num_dets', 'detection_boxes', 'detection_scores'].map((name) => zeros(name, [1, 100]));
		expect(await refusal({ outputs: built })).toMatch(/suppression built in/);
		const mm = [zeros('dets', [1, 100, 5]), zeros('labels', [1, 100])];
		expect(await refusal({ outputs: mm })).toMatch(/mmdetection/);
	});

	it('the v8 form with rows and columns exchanged', async () => {
		const transposed = { outputs: [zeros('out', [1, 84, 7])], metadata: { ...v8.metadata } };
		expect(await refusal(transposed)).toMatch(/row for every cell/);
	});

	it('a format that the shapes do not allow', async () => {
		expect(await refusal(v8, { format: 'yolov5' })).toMatch(/does not have the format yolov5.*\[1, 7, 84\]/);
	});

	it('labels that are too few', async () => {
		expect(await refusal(v8, { labels: ['one'] })).toMatch(/3 classes apart, but 1 labels/);
	});

	it('answers that are no numbers', async () => {
		const [output] = v8.outputs;
		const values = new Float32Array(output!.values.length).fill(NaN);
		expect(await refusal({ ...v8, outputs: [{ ...output!, values }] })).toMatch(/nothing but NaN/);
	});

	it('runs that fail, want a terabyte, or take too long', async () => {
		expect(await refusal({ ...v8, trap: 'throws' })).toMatch(/fails when it runs/);
		expect(await refusal({ ...v8, trap: 'huge' })).toMatch(/fails when it runs/);
		expect(await refusal(v8, {}, 0)).toMatch(/takes \d+ ms for one picture; at most 0 ms/);
	});
});

describe('lets in', () => {
	it('a model whose answers are numbers but for some', async () => {
		const [output] = v8.outputs;
		const values = Float32Array.from(output!.values);
		values[5] = NaN;
		expect(await vet({ ...v8, outputs: [{ ...output!, values }] })).toMatchObject({ ok: true });
	});

	it('a dynamic batch, bytes as input, and labels of the uploader', async () => {
		const input = { dims: ['n', 3, SIDE, SIDE], type: 'uint8' as const };
		const verdict = await vet({ ...v8, input }, { labels: ['a', 'b', 'c'] });
		expect(verdict).toMatchObject({
			ok: true,
			inputs: [{ name: 'images', type: 'uint8', dims: ['n', 3, SIDE, SIDE] }],
			spec: {
				labels: ['a', 'b', 'c'],
				input: { dynamicBatch: true, dtype: 'uint8', scale: [1, 1, 1] },
				outputs: [{ dims: ['batch', 7, 84] }]
			}
		});
	});

	it('YOLOv5 with the raw heads that old exports add', async () => {
		const v5 = SAMPLES.find(({ format }) => format === 'yolov5')!.model;
		const heads = [8, 4, 2].map((cells) => zeros(`head${cells}`, [1, 3, cells, cells, 8]));
		const verdict = await vet({ ...v5, outputs: [...v5.outputs, ...heads] });
		expect(verdict.ok && verdict.spec).toMatchObject({ format: 'yolov5', outputs: [{ name: 'output0' }] });
	});
});

it('answers one line of JSON as a process of its own', async () => {
	const main = fileURLToPath(new URL('vet.main.ts', import.meta.url));
	const run = async (content: WrittenModel | Buffer, overrides: object) => {
		const args = [main, folder.write(`main-${count++}`, content), JSON.stringify(overrides)];
		const { stdout } = await promisify(execFile)(process.execPath, args);
		expect(stdout.trim().split('\n')).toHaveLength(1);
		return JSON.parse(stdout) as VettingResult;
	};
	expect(await run(v8, { name: 'ours', labels: ['x', 'y', 'z'] })).toMatchObject({
		ok: true,
		spec: { format: 'yolov8', labels: ['x', 'y', 'z'] }
	});
	expect(await run(Buffer.from('no model'), {})).toMatchObject({ ok: false });
});
