// A real ONNX model of a few kilobytes, in YOLOv8's form at 64 × 64 px, that sees one person in the middle of every picture.
import { writeOnnx } from '#lib/workers/detect/testing/onnx-writer.ts';

/** Grid cells at strides 8, 16 and 32. */
const CELLS = 64 + 16 + 4;

/** Another `confidence` is another file. */
export function tinyModel({ confidence = 0.9, names = "{0: 'person', 1: 'dog'}", ...over } = {}): Buffer {
	const values = new Float32Array(6 * CELLS);
	// Rows: centre x and y, width, height, then a score a class; the first cell alone is sure of anything.
	[32, 32, 16, 32, confidence].forEach((value, row) => (values[row * CELLS] = value));
	return writeOnnx({
		outputs: [{ name: 'output0', dims: [1, 6, CELLS], values }],
		metadata: { names, stride: '32', task: 'detect' },
		...over
	});
}

export function bodyOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
	return new Blob([new Uint8Array(bytes)]).stream();
}
