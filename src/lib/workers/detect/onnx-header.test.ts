// Headers of good files, and of files that are none: reading must end quickly and say why.
import { expect, it } from 'vitest';
import { NotOnnxError, readOnnxHeader } from './onnx-header.ts';
import { modelFolder } from './testing/folder.ts';
import { writeOnnx } from './testing/onnx-writer.ts';
import { randomNumbers } from './trial.ts';

const folder = modelFolder();
const good = writeOnnx({
	input: { name: 'images', dims: ['batch', 3, 'height', 64], type: 'float16' },
	outputs: [{ name: 'out', dims: [1, 84, 20], values: new Float32Array(84 * 20), type: 'float16' }],
	metadata: { names: "{0: 'person'}", stride: '32', imgsz: '[64, 64]' }
});

it('reads inputs, outputs, dynamic dimensions and metadata, and takes no weights for inputs', () => {
	expect(readOnnxHeader(folder.write('good', good))).toEqual({
		producer: 'vector-flow-tests',
		metadata: { names: "{0: 'person'}", stride: '32', imgsz: '[64, 64]' },
		inputs: [{ name: 'images', type: 'float16', dims: ['batch', 3, 'height', 64] }],
		outputs: [{ name: 'out', type: 'float16', dims: ['batch', 84, 20] }],
		externalData: false
	});
});

it('reads past weights larger than what it looks at', () => {
	const values = new Float32Array(300_000);
	const path = folder.write('large', { outputs: [{ name: 'out', dims: [1, 3, 100_000], values }] });
	expect(readOnnxHeader(path).outputs[0]!.dims).toEqual([1, 3, 100_000]);
});

it.each([
	['empty', Buffer.alloc(0), /no graph/],
	['text', Buffer.from('{"this is": "no model"}'.repeat(50)), /not a protobuf/],
	['a picture', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46]), /not a protobuf/],
	['zeros', Buffer.alloc(1000), /without a number/],
	['a length beyond the end', Buffer.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f, 0]), /cut off/],
	['a number without end', Buffer.alloc(40, 0xff), /too long/]
])('refuses %s', (name, content, reason) => {
	expect(() => readOnnxHeader(folder.write(name, content))).toThrow(reason);
});

it('refuses every truncation of a good file, or reads what was whole', () => {
	let refused = 0;
	for (let length = 0; length < good.length; length += 97) {
		try {
			readOnnxHeader(folder.write('cut', good.subarray(0, length)));
		} catch (error) {
			expect(error).toBeInstanceOf(NotOnnxError);
			refused++;
		}
	}
	expect(refused).toBeGreaterThan(good.length / 97 - 3);
});

it('ends on every kind of noise', () => {
	const random = randomNumbers(5);
	for (let round = 0; round < 300; round++) {
		const noise = Buffer.from(good);
		for (let i = 0; i < 20; i++) noise[Math.floor(random() * 400)] = random() * 256;
		try {
			readOnnxHeader(folder.write('noise', noise));
		} catch (error) {
			expect(error).toBeInstanceOf(NotOnnxError);
		}
	}
});
