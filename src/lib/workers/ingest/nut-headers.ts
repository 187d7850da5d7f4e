// NUT's main and stream headers: time bases, the frame code table, the picture's size.
import { NutError, type NutCursor } from './nut-cursor.ts';

export interface TimeBase {
	num: number;
	den: number;
}

/** What one frame code stands for, before the frame's own header changes it. */
export interface FrameCode {
	flags: number;
	streamId: number;
	sizeMultiplier: number;
	sizeLsb: number;
	ptsDelta: number;
	reservedCount: number;
	headerIndex: number;
}

export interface MainHeader {
	timeBases: TimeBase[];
	/** 256 entries; undefined where a code must not occur. */
	frameCodes: (FrameCode | undefined)[];
	/** Bytes left out at the start of frames that name them. */
	elisionHeaders: Buffer[];
}

export interface StreamHeader {
	id: number;
	fourcc: string;
	timeBase: TimeBase;
	ptsShift: number;
	width: number;
	height: number;
}

const MAX_STREAMS = 16;
const MAX_TIME_BASES = 16;
const MAX_ELISION_HEADERS = 128;
/** 'N' begins every start code and so is never a frame code. */
const START_BYTE = 0x4e;
const FLAG_INVALID = 8_192;
const VERSIONS = { min: 2, minorFrom: 4, max: 4 };

export function parseMainHeader(cursor: NutCursor): MainHeader {
	const version = cursor.v();
	if (version < VERSIONS.min || version > VERSIONS.max)
		throw new NutError(`NUT version ${version} is not known`);
	if (version >= VERSIONS.minorFrom) cursor.v();
	if (cursor.v() > MAX_STREAMS) throw new NutError('more streams than a camera has');
	cursor.v(); // greatest distance between sync points
	const timeBases = parseTimeBases(cursor);
	const frameCodes = parseFrameCodes(cursor);
	return { timeBases, frameCodes, elisionHeaders: parseElisionHeaders(cursor) };
}

function parseTimeBases(cursor: NutCursor): TimeBase[] {
	const count = cursor.v();
	if (count < 1 || count > MAX_TIME_BASES) throw new NutError(`${count} time bases`);
	return Array.from({ length: count }, () => {
		const timeBase = { num: cursor.v(), den: cursor.v() };
		if (timeBase.num < 1 || timeBase.den < 1) throw new NutError('a time base of zero');
		return timeBase;
	});
}

/** The table is run-length coded: each entry gives how many of its optional fields follow; the others keep their last value. */
function parseFrameCodes(cursor: NutCursor): (FrameCode | undefined)[] {
	const codes: (FrameCode | undefined)[] = [];
	let ptsDelta = 0;
	let sizeMultiplier = 1;
	let streamId = 0;
	let headerIndex = 0;
	while (codes.length < 256) {
		const flags = cursor.v();
		const fields = cursor.v();
		if (fields > 0) ptsDelta = cursor.s();
		if (fields > 1) sizeMultiplier = cursor.v();
		if (fields > 2) streamId = cursor.v();
		const size = fields > 3 ? cursor.v() : 0;
		const reservedCount = fields > 4 ? cursor.v() : 0;
		const count = fields > 5 ? cursor.v() : sizeMultiplier - size;
		if (fields > 6) cursor.s(); // match time delta: only for seeking
		if (fields > 7) headerIndex = cursor.v();
		for (let i = 8; i < fields && !cursor.short; i++) cursor.v();
		if (cursor.short || count < 0) throw new NutError('the frame code table breaks off');
		for (let i = 0; i < count && codes.length < 256; i++) {
			if (codes.length === START_BYTE) codes.push(undefined);
			const code = {
				flags,
				streamId,
				sizeMultiplier,
				sizeLsb: size + i,
				ptsDelta,
				reservedCount,
				headerIndex
			};
			codes.push(flags & FLAG_INVALID ? undefined : code);
		}
	}
	return codes;
}

function parseElisionHeaders(cursor: NutCursor): Buffer[] {
	const count = cursor.v();
	if (count > MAX_ELISION_HEADERS) throw new NutError(`${count} elision headers`);
	const headers = [Buffer.alloc(0)];
	for (let i = 0; i < count; i++) headers.push(Buffer.from(cursor.vb()));
	return headers;
}

const CLASS_VIDEO = 0;

export function parseStreamHeader(cursor: NutCursor, timeBases: TimeBase[]): StreamHeader {
	const id = cursor.v();
	if (id >= MAX_STREAMS) throw new NutError(`stream number ${id}`);
	const streamClass = cursor.v();
	const fourcc = cursor.vb().toString('latin1');
	const timeBase = timeBases[cursor.v()];
	if (timeBase === undefined) throw new NutError('a stream names a time base that is not there');
	const ptsShift = cursor.v();
	if (ptsShift > 32) throw new NutError(`${ptsShift} bits of short timestamps`);
	cursor.v(); // greatest timestamp distance
	cursor.v(); // decode delay
	cursor.v(); // flags
	cursor.vb(); // codec specific data
	const [width, height] = streamClass === CLASS_VIDEO ? [cursor.v(), cursor.v()] : [0, 0];
	return { id, fourcc, timeBase, ptsShift, width, height };
}
