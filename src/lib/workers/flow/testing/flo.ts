// Reads Middlebury's .flo files: the tag "PIEH", width and height as int32, then dx, dy as float32, row by row.
import { readFileSync } from 'node:fs';

export interface TrueFlow {
	width: number;
	height: number;
	/** dx, dy of every pixel. */
	flow: Float32Array;
}

export function readFlo(file: string): TrueFlow {
	const bytes = readFileSync(file);
	if (bytes.toString('latin1', 0, 4) !== 'PIEH')
		throw new Error(`${file} is no .flo file: it lacks the tag PIEH`);
	const data = bytes.buffer.slice(bytes.byteOffset + 12, bytes.byteOffset + bytes.length);
	return { width: bytes.readInt32LE(4), height: bytes.readInt32LE(8), flow: new Float32Array(data) };
}
