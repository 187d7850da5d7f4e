// A streaming reader of the NUT container as ffmpeg writes it: frames with exact timestamps out of chunks of any size.
// Its input comes from our own ffmpeg, so damage is a fault and not an everyday matter: every length is bounded, headers'
// checksums are verified, and whatever does not fit ends in a NutError. After one the reader must not be used again.
import { NutCursor, NutError, nutChecksum } from './nut-cursor.ts';
import { parseMainHeader, parseStreamHeader, type MainHeader, type StreamHeader } from './nut-headers.ts';

export { NutError } from './nut-cursor.ts';

export interface NutSink {
	/** A stream's header, once, before its first frame. Sizes in pixels, `timeBase` in seconds a tick. */
	stream(stream: StreamHeader): void;
	/** Memory of exactly `size` bytes for the next frame; the reader fills it and hands it to `frame`. */
	buffer(stream: StreamHeader, size: number): Uint8Array;
	/** A whole frame; `pts` in ticks of the stream's time base. */
	frame(stream: StreamHeader, pts: number, data: Uint8Array): void;
}

const FILE_ID = Buffer.from('nut/multimedia container\0', 'latin1');
/** Main, stream and sync point headers are far smaller; so are frame headers. */
const MAX_HEADER_BYTES = 65_536;
/** Packets longer than this carry a checksum of their own header. */
const LONG_PACKET = 4_096;
const START_BYTE = 0x4e;

const FLAG_CODED_PTS = 8;
const FLAG_STREAM_ID = 16;
const FLAG_SIZE_MSB = 32;
const FLAG_CHECKSUM = 64;
const FLAG_RESERVED = 128;
const FLAG_SIDE_DATA = 256;
const FLAG_HEADER_INDEX = 1_024;
const FLAG_MATCH_TIME = 2_048;
const FLAG_CODED = 4_096;
const FLAG_INVALID = 8_192;

// The upper halves of the 64-bit start codes: N and M, S, K, X or I, then two bytes that tell them from chance.
const MAIN = 0x4e4d7a56;
const STREAM = 0x4e531140;
const SYNC = 0x4e4be4ad;
const INDEX = 0x4e58dd67;
const INFO = 0x4e49ab68;

interface Track {
	header: StreamHeader;
	lastPts: number;
}

interface Body {
	track: Track;
	pts: number;
	data: Uint8Array;
	filled: number;
}

export class NutReader {
	private readonly sink: NutSink;
	private readonly maxFrameBytes: number;
	private readonly tracks: Track[] = [];
	private main: MainHeader | null = null;
	private identified = false;
	/** The start of a header whose end has not arrived yet. */
	private carry: Buffer = Buffer.alloc(0);
	/** Bytes of an uninteresting packet still to be passed over. */
	private skipping = 0;
	private body: Body | null = null;

	/** A frame of more than `maxFrameBytes` is refused before memory is taken for it. */
	constructor(sink: NutSink, maxFrameBytes: number) {
		this.sink = sink;
		this.maxFrameBytes = maxFrameBytes;
	}

	/** Takes the next bytes, however they are cut. Frames that become whole go to the sink before this returns. */
	push(chunk: Buffer): void {
		let position = 0;
		while (position < chunk.length) {
			if (this.body !== null) position = this.fill(this.body, chunk, position);
			else if (this.skipping > 0) position = this.skip(chunk, position);
			else position = this.readHeader(chunk, position);
		}
	}

	private fill(body: Body, chunk: Buffer, position: number): number {
		const length = Math.min(chunk.length - position, body.data.length - body.filled);
		chunk.copy(body.data, body.filled, position, position + length);
		body.filled += length;
		if (body.filled === body.data.length) this.finish(body);
		return position + length;
	}

	private finish(body: Body): void {
		this.body = null;
		this.sink.frame(body.track.header, body.pts, body.data);
	}

	private skip(chunk: Buffer, position: number): number {
		const length = Math.min(chunk.length - position, this.skipping);
		this.skipping -= length;
		return position + length;
	}

	/** Reads one header at `position`, or keeps the rest of the chunk until more arrives. Returns where to go on. */
	private readHeader(chunk: Buffer, position: number): number {
		const carried = this.carry.length;
		const bytes = carried === 0 ? chunk : Buffer.concat([this.carry, chunk.subarray(position)]);
		const cursor = new NutCursor(bytes, carried === 0 ? position : 0, bytes.length);
		if (this.parseHeader(cursor)) {
			if (carried > 0) this.carry = Buffer.alloc(0);
			// A header is never whole before the carried bytes are used up: they were not enough the last time.
			return carried === 0 ? cursor.position : position + cursor.position - carried;
		}
		this.carry = carried === 0 ? Buffer.from(chunk.subarray(position)) : bytes;
		if (this.carry.length > MAX_HEADER_BYTES) throw new NutError('a header without an end');
		return chunk.length;
	}

	/** False, with nothing changed, where the header is not whole yet. */
	private parseHeader(cursor: NutCursor): boolean {
		if (!this.identified) return this.identify(cursor);
		if (cursor.bytes[cursor.position] === START_BYTE) return this.parsePacket(cursor);
		return this.parseFrameHeader(cursor);
	}

	private identify(cursor: NutCursor): boolean {
		const start = cursor.position;
		cursor.skip(FILE_ID.length);
		if (!FILE_ID.subarray(0, cursor.position - start).equals(cursor.bytes.subarray(start, cursor.position))) {
			throw new NutError('this is not a NUT stream');
		}
		this.identified = !cursor.short;
		return this.identified;
	}

	/** start code (8 bytes), length, a checksum of both where the packet is long, the content, a checksum of the content. */
	private parsePacket(cursor: NutCursor): boolean {
		const start = cursor.position;
		const code = cursor.u32();
		cursor.u32();
		const length = cursor.v();
		const headerEnd = cursor.position;
		const headerChecksum = length > LONG_PACKET ? cursor.u32() : null;
		if (cursor.short) return false;
		if (headerChecksum !== null && headerChecksum !== nutChecksum(cursor.bytes, start, headerEnd)) {
			throw new NutError('a packet header fails its checksum');
		}
		if (code === INDEX || code === INFO) {
			this.skipping = length;
			return true;
		}
		if (code !== MAIN && code !== STREAM && code !== SYNC)
			throw new NutError('a start code that is not known');
		if (length < 4 || length > MAX_HEADER_BYTES) throw new NutError(`a header packet of ${length} bytes`);
		const content = cursor.position;
		cursor.skip(length);
		if (cursor.short) return false;
		this.parseContent(code, verified(cursor.bytes, content, cursor.position));
		return true;
	}

	private parseContent(code: number, content: NutCursor): void {
		if (code === MAIN) this.main = parseMainHeader(content);
		else if (code === STREAM) this.addStream(parseStreamHeader(content, this.requireMain().timeBases));
		else this.resetTimestamps(content.v());
		if (content.short) throw new NutError('a header packet breaks off');
	}

	private addStream(header: StreamHeader): void {
		const known = this.tracks[header.id];
		this.tracks[header.id] = { header, lastPts: known?.lastPts ?? 0 };
		if (known === undefined) this.sink.stream(header);
	}

	/** A sync point sets every stream's last timestamp; `coded` = ticks · number of time bases + index of the time base. */
	private resetTimestamps(coded: number): void {
		const { timeBases } = this.requireMain();
		const base = timeBases[coded % timeBases.length];
		if (base === undefined) throw new NutError('a sync point names a time base that is not there');
		const ticks = Math.floor(coded / timeBases.length);
		for (const track of this.tracks) {
			if (track !== undefined) track.lastPts = rescale(ticks, base, track.header.timeBase);
		}
	}

	private parseFrameHeader(cursor: NutCursor): boolean {
		const start = cursor.position;
		const main = this.requireMain();
		const code = main.frameCodes[cursor.u8()];
		if (code === undefined) throw new NutError('a frame code that must not occur');
		const flags = code.flags ^ (code.flags & FLAG_CODED ? cursor.v() : 0);
		if (flags & (FLAG_INVALID | FLAG_SIDE_DATA)) throw new NutError('a frame with flags that are not known');
		const streamId = flags & FLAG_STREAM_ID ? cursor.v() : code.streamId;
		const codedPts = flags & FLAG_CODED_PTS ? cursor.v() : null;
		const sizeMsb = flags & FLAG_SIZE_MSB ? cursor.v() : 0;
		if (flags & FLAG_MATCH_TIME) cursor.s();
		const headerIndex = flags & FLAG_HEADER_INDEX ? cursor.v() : code.headerIndex;
		const reserved = flags & FLAG_RESERVED ? cursor.v() : code.reservedCount;
		for (let i = 0; i < reserved && !cursor.short; i++) cursor.v();
		const end = cursor.position;
		const checksum = flags & FLAG_CHECKSUM ? cursor.u32() : null;
		if (cursor.short) return false;
		if (checksum !== null && checksum !== nutChecksum(cursor.bytes, start, end)) {
			throw new NutError('a frame header fails its checksum');
		}
		const track = this.tracks[streamId];
		if (track === undefined) throw new NutError(`a frame of stream ${streamId}, which is not there`);
		track.lastPts = codedPts === null ? track.lastPts + code.ptsDelta : fullPts(codedPts, track);
		this.begin(track, code.sizeLsb + sizeMsb * code.sizeMultiplier, main.elisionHeaders[headerIndex]);
		return true;
	}

	private begin(track: Track, size: number, elided: Buffer | undefined): void {
		if (elided === undefined) throw new NutError('a frame names an elision header that is not there');
		if (size > this.maxFrameBytes)
			throw new NutError(`a frame of ${size} bytes is over the limit of ${this.maxFrameBytes}`);
		if (size < elided.length) throw new NutError('a frame shorter than its elision header');
		const data = this.sink.buffer(track.header, size);
		if (data.length !== size) throw new NutError(`asked for ${size} bytes of memory, got ${data.length}`);
		data.set(elided, 0);
		const body = { track, pts: track.lastPts, data, filled: elided.length };
		if (body.filled === size) this.finish(body);
		else this.body = body;
	}

	private requireMain(): MainHeader {
		if (this.main === null) throw new NutError('data before the main header');
		return this.main;
	}
}

/** The content of a packet without the checksum in its last four bytes, once that holds. */
function verified(bytes: Buffer, start: number, end: number): NutCursor {
	if (nutChecksum(bytes, start, end - 4) !== bytes.readUInt32BE(end - 4)) {
		throw new NutError('a header packet fails its checksum');
	}
	return new NutCursor(bytes, start, end - 4);
}

/** Short timestamps carry the low bits only: the full one is the nearest to the last. Long ones are offset by 2^shift. */
function fullPts(coded: number, track: Track): number {
	const range = 2 ** track.header.ptsShift;
	if (coded >= range) return coded - range;
	const floor = track.lastPts - Math.floor((range - 1) / 2);
	return floor + ((((coded - floor) % range) + range) % range);
}

/** Ticks of one time base in another, rounded down; exact also where the product leaves the safe integers. */
function rescale(
	ticks: number,
	from: { num: number; den: number },
	to: { num: number; den: number }
): number {
	if (from.num === to.num && from.den === to.den) return ticks;
	return Number((BigInt(ticks) * BigInt(from.num) * BigInt(to.den)) / (BigInt(from.den) * BigInt(to.num)));
}
