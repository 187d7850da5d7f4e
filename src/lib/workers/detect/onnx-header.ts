// What an ONNX file says about itself without being loaded: inputs, outputs, metadata. Reads past the weights.
//
// The file is one protobuf message; field numbers are those of onnx.proto3:
//   ModelProto      1 ir_version, 2 producer_name, 7 graph, 14 metadata_props
//   GraphProto      5 initializer, 11 input, 12 output
//   ValueInfoProto  1 name, 2 type ▶ TypeProto 1 tensor_type ▶ 1 elem_type, 2 shape ▶ 1 dim ▶ 1 dim_value, 2 dim_param
//   TensorProto     8 name, 14 data_location
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { TensorShape } from '#lib/contracts/model.ts';

export interface OnnxHeader {
	producer: string;
	/** names, stride, imgsz, task … as exporters write them. */
	metadata: Record<string, string>;
	/** Without the initializers that old files list among them. */
	inputs: TensorShape[];
	outputs: TensorShape[];
	/** Whether weights lie in other files. */
	externalData: boolean;
}

/** The file is not what it says it is; the message says why, for people. */
export class NotOnnxError extends Error {}

/** More than any model has; a hostile file ends here. */
const LIMITS = { text: 1 << 20, metadata: 200, values: 4096, dims: 16 };

/** TensorProto.DataType. */
const TYPE_NAMES = [
	'undefined',
	'float32',
	'uint8',
	'int8',
	'uint16',
	'int16',
	'int32',
	'int64',
	'string',
	'bool',
	'float16',
	'float64',
	'uint32',
	'uint64'
];

/** Throws NotOnnxError; errors of the file system pass through. */
export function readOnnxHeader(path: string): OnnxHeader {
	const file = openSync(path, 'r');
	try {
		return parseHeader(new FileBytes(file, fstatSync(file).size));
	} finally {
		closeSync(file);
	}
}

/** Bytes of a file by position, a window at a time: weights are stepped over, never read. */
class FileBytes {
	readonly length: number;
	private readonly file: number;
	private readonly window = Buffer.alloc(65_536);
	private from = 0;
	private filled = 0;

	constructor(file: number, length: number) {
		this.file = file;
		this.length = length;
	}

	at(position: number): number {
		if (position < this.from || position >= this.from + this.filled) {
			this.from = position;
			this.filled = readSync(this.file, this.window, 0, this.window.length, position);
			if (this.filled === 0) throw new NotOnnxError('it ends too early');
		}
		return this.window[position - this.from]!;
	}

	text(start: number, end: number): string {
		if (end - start > LIMITS.text) throw new NotOnnxError('a text in it is too long');
		const bytes = Buffer.alloc(end - start);
		readSync(this.file, bytes, 0, bytes.length, start);
		// No name has a use for NUL, and no database takes it.
		return bytes.toString('utf8').replaceAll('\u0000', '\ufffd');
	}
}

interface Field {
	number: number;
	/** Wire type 0: a number; 2: bytes from start to end. */
	value: number | null;
	start: number;
	end: number;
}

/** The fields of the message that lies from start to end. */
function* fieldsOf(bytes: FileBytes, start: number, end: number): Generator<Field> {
	let position = start;
	const varint = (): number => {
		let value = 0;
		for (let shift = 0; shift < 70; shift += 7) {
			if (position >= end) throw new NotOnnxError('it ends in the middle of a number');
			const byte = bytes.at(position++);
			value += (byte & 127) * 2 ** shift;
			if (byte < 128) return value;
		}
		throw new NotOnnxError('a number in it is too long');
	};
	while (position < end) {
		const key = varint();
		const number = Math.floor(key / 8);
		if (number === 0) throw new NotOnnxError('it has a field without a number');
		switch (key % 8) {
			case 0:
				yield { number, value: varint(), start: 0, end: 0 };
				break;
			case 1:
				position += 8;
				break;
			case 2: {
				const length = varint();
				if (position + length > end) throw new NotOnnxError('it is cut off');
				yield { number, value: null, start: position, end: position + length };
				position += length;
				break;
			}
			case 5:
				position += 4;
				break;
			default:
				throw new NotOnnxError('it is not a protobuf message');
		}
	}
}

function parseHeader(bytes: FileBytes): OnnxHeader {
	const header: OnnxHeader = { producer: '', metadata: {}, inputs: [], outputs: [], externalData: false };
	let entries = 0;
	for (const field of fieldsOf(bytes, 0, bytes.length)) {
		if (field.value !== null) continue;
		if (field.number === 2) header.producer = beginning(bytes.text(field.start, field.end), 200);
		if (field.number === 7) readGraph(bytes, field, header);
		if (field.number === 14 && entries++ < LIMITS.metadata) readEntry(bytes, field, header.metadata);
	}
	if (header.outputs.length === 0) throw new NotOnnxError('it holds no graph with outputs');
	return header;
}

function readGraph(bytes: FileBytes, graph: Field, header: OnnxHeader): void {
	const initializers = new Set<string>();
	for (const field of fieldsOf(bytes, graph.start, graph.end)) {
		if (field.value !== null) continue;
		if (field.number === 5) {
			const { name, external } = readInitializer(bytes, field);
			initializers.add(name);
			header.externalData ||= external;
		}
		if (field.number === 11) header.inputs.push(readValue(bytes, field));
		if (field.number === 12) header.outputs.push(readValue(bytes, field));
		if (header.inputs.length + header.outputs.length > LIMITS.values)
			throw new NotOnnxError('it has too many inputs and outputs');
	}
	header.inputs = header.inputs.filter(({ name }) => !initializers.has(name));
}

function readEntry(bytes: FileBytes, entry: Field, metadata: Record<string, string>): void {
	let key = '';
	let value = '';
	for (const field of fieldsOf(bytes, entry.start, entry.end)) {
		if (field.value !== null) continue;
		if (field.number === 1) key = bytes.text(field.start, field.end);
		if (field.number === 2) value = bytes.text(field.start, field.end);
	}
	if (key !== '__proto__') metadata[key] = value;
}

function readInitializer(bytes: FileBytes, tensor: Field): { name: string; external: boolean } {
	let name = '';
	let external = false;
	for (const field of fieldsOf(bytes, tensor.start, tensor.end)) {
		if (field.number === 8 && field.value === null) name = bytes.text(field.start, field.end);
		if (field.number === 14) external = field.value === 1;
	}
	return { name, external };
}

function readValue(bytes: FileBytes, info: Field): TensorShape {
	const shape: TensorShape = { name: '', type: 'undefined', dims: [] };
	for (const field of fieldsOf(bytes, info.start, info.end)) {
		if (field.value !== null) continue;
		if (field.number === 1) shape.name = beginning(bytes.text(field.start, field.end), 200);
		if (field.number === 2) readType(bytes, field, shape);
	}
	return shape;
}

function readType(bytes: FileBytes, type: Field, shape: TensorShape): void {
	for (const tensor of fieldsOf(bytes, type.start, type.end)) {
		if (tensor.number !== 1 || tensor.value !== null) continue;
		for (const field of fieldsOf(bytes, tensor.start, tensor.end)) {
			if (field.number === 1 && field.value !== null)
				shape.type = TYPE_NAMES[field.value] ?? `type ${field.value}`;
			if (field.number === 2 && field.value === null) shape.dims = readDims(bytes, field);
		}
	}
}

/** A dimension without a value is dynamic: its name, or `?`. */
function readDims(bytes: FileBytes, shape: Field): TensorShape['dims'] {
	const dims: TensorShape['dims'] = [];
	for (const dim of fieldsOf(bytes, shape.start, shape.end)) {
		if (dim.number !== 1 || dim.value !== null) continue;
		let read: number | string = '?';
		for (const field of fieldsOf(bytes, dim.start, dim.end)) {
			if (field.number === 1 && field.value !== null) read = signed(field.value);
			if (field.number === 2 && field.value === null)
				read = beginning(bytes.text(field.start, field.end), 80) || '?';
		}
		if (dims.push(read) > LIMITS.dims) throw new NotOnnxError('a tensor in it has too many dimensions');
	}
	return dims;
}

/** A cut may leave half a character. */
const beginning = (text: string, length: number): string => text.slice(0, length).toWellFormed();

/** Exporters write −1 for a dynamic dimension: ten bytes that come to 2^64 − 1. */
const signed = (value: number): number | string => (value >= 2 ** 63 ? '?' : value);
