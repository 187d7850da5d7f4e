// A picture on the wire: a header in JSON, then its vectors and its JPEG as they are, no base64.
import type { PreviewFrame } from '#lib/contracts/messages.ts';

// | 'V' 'F' version 0 | header bytes, u32 | vector bytes, u32 | header | vectors, f32 | JPEG to the end |
// little endian throughout
const VERSION = 1;
const FIXED = 12;

type Header = Omit<PreviewFrame, 'jpeg' | 'vectors'>;

export interface ReceivedFrame {
	from: string;
	at: number;
	frame: PreviewFrame;
}

export function encodeFrame(from: string, at: number, frame: PreviewFrame): Uint8Array {
	const { jpeg, vectors, ...rest } = frame;
	const header = Buffer.from(JSON.stringify({ from, at, ...rest }));
	const bytes = Buffer.allocUnsafe(FIXED + header.length + vectors.byteLength + jpeg.byteLength);
	bytes.set([0x56, 0x46, VERSION, 0]);
	bytes.writeUInt32LE(header.length, 4);
	bytes.writeUInt32LE(vectors.byteLength, 8);
	bytes.set(header, FIXED);
	bytes.set(asBytes(vectors), FIXED + header.length);
	bytes.set(jpeg, FIXED + header.length + vectors.byteLength);
	return bytes;
}

/** Null for what is no frame of ours. The JPEG is a view of the message; the vectors are a copy, as they need alignment. */
export function decodeFrame(data: Uint8Array): ReceivedFrame | null {
	if (data.length < FIXED || data[0] !== 0x56 || data[1] !== 0x46 || data[2] !== VERSION) return null;
	const fixed = new DataView(data.buffer, data.byteOffset, FIXED);
	const vectorsAt = FIXED + fixed.getUint32(4, true);
	const jpegAt = vectorsAt + fixed.getUint32(8, true);
	if (jpegAt > data.length || (jpegAt - vectorsAt) % 4 !== 0) return null;
	const header = parseHeader(data.subarray(FIXED, vectorsAt));
	if (header === null) return null;
	const { from, at, ...rest } = header;
	const start = data.byteOffset;
	const vectors = new Float32Array(data.buffer.slice(start + vectorsAt, start + jpegAt));
	const jpeg = new Uint8Array(data.buffer, start + jpegAt, data.length - jpegAt);
	return { from, at, frame: { ...rest, vectors, jpeg } };
}

/** The fleet's own: as much is looked at as keeps a stranger's message from doing harm. */
function parseHeader(bytes: Uint8Array): (Header & { from: string; at: number }) | null {
	try {
		const header: unknown = JSON.parse(new TextDecoder().decode(bytes));
		return isHeader(header) ? header : null;
	} catch {
		return null;
	}
}

function isHeader(value: unknown): value is Header & { from: string; at: number } {
	if (typeof value !== 'object' || value === null) return false;
	const { streamId, from, at, seq, capturedAt, flow, objects } = value as Record<string, unknown>;
	return (
		typeof streamId === 'string' &&
		typeof from === 'string' &&
		typeof at === 'number' &&
		typeof seq === 'number' &&
		typeof capturedAt === 'number' &&
		typeof flow === 'object' &&
		flow !== null &&
		Array.isArray(objects)
	);
}

const asBytes = (vectors: Float32Array) =>
	new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength);
