// Small ONNX models for tests: whatever picture they get, their outputs are the values a test gives.
//
//   output = values + mean(picture) · gains          per picture of the batch
//
// Field numbers are those of onnx.proto3 (see onnx-header.ts).
import type { TensorShape } from '#lib/contracts/model.ts';

export interface WrittenOutput {
	name: string;
	/** The first dimension is the batch: 1, or a name where the model takes any. */
	dims: number[];
	values: ArrayLike<number>;
	/** By which the mean of the input tensor is added; nothing unless given. */
	gains?: ArrayLike<number>;
	type?: 'float32' | 'float16' | 'int64';
	/** What the file says of the dimensions; the true ones unless given. */
	declared?: TensorShape['dims'];
}

export interface WrittenModel {
	input?: { name?: string; type?: 'float32' | 'float16' | 'uint8' | 'int64'; dims: TensorShape['dims'] };
	/** Of an input [batch, 2] of int64 that takes the picture's size. */
	sizeInput?: string;
	outputs: WrittenOutput[];
	metadata?: Record<string, string>;
	/** Makes every run fail, or ask for a terabyte. */
	trap?: 'throws' | 'huge';
}

const TYPES = { float32: 1, uint8: 2, int64: 7, float16: 10 } as const;
type TypeName = keyof typeof TYPES;

export function writeOnnx({ input, sizeInput, outputs, metadata = {}, trap }: WrittenModel): Buffer {
	const picture = { name: 'images', type: 'float32' as const, dims: [1, 3, 64, 64], ...input };
	const graph = [
		...meanNodes(picture.name),
		...outputs.flatMap(outputNodes),
		...(trap ? trapNodes(trap, outputs[0]!) : []),
		bytes(2, text('test')),
		bytes(11, valueInfo(picture.name, picture.type, picture.dims)),
		...(sizeInput ? [bytes(11, valueInfo(sizeInput, 'int64', [picture.dims[0]!, 2]))] : []),
		...outputs.map((output) =>
			bytes(
				12,
				valueInfo(output.name, output.type ?? 'float32', output.declared ?? declaredOf(output, picture))
			)
		)
	];
	return Buffer.concat([
		number(1, 8),
		bytes(2, text('vector-flow-tests')),
		bytes(7, Buffer.concat(graph)),
		bytes(8, number(2, 13)),
		...Object.entries(metadata).map(([key, value]) =>
			bytes(14, Buffer.concat([bytes(1, text(key)), bytes(2, text(value))]))
		)
	]);
}

/** A batch that is free in the input is free in the outputs. */
function declaredOf({ dims }: WrittenOutput, picture: { dims: TensorShape['dims'] }): TensorShape['dims'] {
	return [picture.dims[0]!, ...dims.slice(1)];
}

function meanNodes(picture: string): Buffer[] {
	return [
		node('Cast', [picture], 'picture_f32', attribute('to', TYPES.float32)),
		node('ReduceMean', ['picture_f32'], 'mean', attribute('axes', [1, 2, 3]), attribute('keepdims', 0))
	];
}

function outputNodes({ name, dims, values, gains, type = 'float32' }: WrittenOutput): Buffer[] {
	const column = [-1, ...dims.slice(1).map(() => 1)];
	const zeros = new Float32Array(values.length);
	return [
		floats(`${name}_values`, dims, values),
		floats(`${name}_gains`, dims, gains ?? zeros),
		integers(`${name}_column`, column),
		node('Reshape', ['mean', `${name}_column`], `${name}_mean`),
		node('Mul', [`${name}_gains`, `${name}_mean`], `${name}_change`),
		node('Add', [`${name}_values`, `${name}_change`], `${name}_f32`),
		node('Cast', [`${name}_f32`], name, attribute('to', TYPES[type]))
	];
}

/** A further output that cannot be computed: known only when it is tried. */
function trapNodes(trap: 'throws' | 'huge', { name }: WrittenOutput): Buffer[] {
	const shape = trap === 'throws' ? [7, 11] : [1 << 20, 1 << 20];
	return [
		integers('trap_shape', shape),
		node(trap === 'throws' ? 'Reshape' : 'Expand', [trap === 'throws' ? name : 'mean', 'trap_shape'], 'trap'),
		bytes(12, valueInfo('trap', 'float32', ['a', 'b']))
	];
}

function node(operator: string, inputs: string[], output: string, ...attributes: Buffer[]): Buffer {
	return bytes(
		1,
		Buffer.concat([
			...inputs.map((name) => bytes(1, text(name))),
			bytes(2, text(output)),
			bytes(4, text(operator)),
			...attributes.map((one) => bytes(5, one))
		])
	);
}

/** AttributeProto: 3 i, 8 ints, 20 type (2 INT, 7 INTS). */
function attribute(name: string, value: number | number[]): Buffer {
	return Array.isArray(value)
		? Buffer.concat([bytes(1, text(name)), ...value.map((one) => number(8, one)), number(20, 7)])
		: Buffer.concat([bytes(1, text(name)), number(3, value), number(20, 2)]);
}

function floats(name: string, dims: number[], values: ArrayLike<number>): Buffer {
	return initializer(name, 'float32', dims, Buffer.from(Float32Array.from(values).buffer));
}

function integers(name: string, values: number[]): Buffer {
	return initializer(name, 'int64', [values.length], Buffer.from(BigInt64Array.from(values, BigInt).buffer));
}

function initializer(name: string, type: TypeName, dims: number[], raw: Buffer): Buffer {
	return bytes(
		5,
		Buffer.concat([
			...dims.map((dim) => number(1, dim)),
			number(2, TYPES[type]),
			bytes(8, text(name)),
			bytes(9, raw)
		])
	);
}

function valueInfo(name: string, type: TypeName, dims: TensorShape['dims']): Buffer {
	const shape = dims.map((dim) => bytes(1, typeof dim === 'number' ? number(1, dim) : bytes(2, text(dim))));
	const tensor = Buffer.concat([number(1, TYPES[type]), bytes(2, Buffer.concat(shape))]);
	return Buffer.concat([bytes(1, text(name)), bytes(2, bytes(1, tensor))]);
}

const text = (value: string): Buffer => Buffer.from(value, 'utf8');

const bytes = (field: number, content: Buffer): Buffer =>
	Buffer.concat([varint(BigInt(field * 8 + 2)), varint(BigInt(content.length)), content]);

const number = (field: number, value: number): Buffer =>
	Buffer.concat([varint(BigInt(field * 8)), varint(BigInt.asUintN(64, BigInt(value)))]);

function varint(value: bigint): Buffer {
	const out: number[] = [];
	let rest = value;
	do {
		const low = Number(rest & 127n);
		rest >>= 7n;
		out.push(rest > 0n ? low | 128 : low);
	} while (rest > 0n);
	return Buffer.from(out);
}
