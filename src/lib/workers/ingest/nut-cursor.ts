// Reads NUT's variable-length numbers out of a bounded run of bytes, and computes its checksum.

export class NutError extends Error {
	override name = 'NutError';
}

/**
 * A position in bytes [start, end). Reading past the end sets `short` and yields zeros, so a parser runs to its end
 * and asks once whether there was enough, without an exception for every header split between two chunks.
 */
export class NutCursor {
	readonly bytes: Buffer;
	readonly end: number;
	position: number;
	short = false;

	constructor(bytes: Buffer, position: number, end: number) {
		this.bytes = bytes;
		this.position = position;
		this.end = end;
	}

	u8(): number {
		if (this.position >= this.end) {
			this.short = true;
			return 0;
		}
		return this.bytes[this.position++] ?? 0;
	}

	u32(): number {
		return ((this.u8() << 24) | (this.u8() << 16) | (this.u8() << 8) | this.u8()) >>> 0;
	}

	/** Unsigned, seven bits a byte, the highest bit meaning "more follows". */
	v(): number {
		let value = 0;
		for (let i = 0; i < 8; i++) {
			const byte = this.u8();
			value = value * 128 + (byte & 127);
			if (byte < 128) return this.checked(value);
		}
		throw new NutError('a number in the stream is longer than eight bytes');
	}

	/** Signed: 0, 1, −1, 2, −2, … */
	s(): number {
		const value = this.v() + 1;
		return value % 2 === 1 ? -(value - 1) / 2 : value / 2;
	}

	/** `v` bytes of data, not copied. */
	vb(): Buffer {
		const length = this.v();
		const start = this.position;
		this.skip(length);
		return this.bytes.subarray(start, this.position);
	}

	skip(length: number): void {
		if (this.position + length > this.end) this.short = true;
		this.position = Math.min(this.position + length, this.end);
	}

	private checked(value: number): number {
		if (!Number.isSafeInteger(value)) throw new NutError('a number in the stream is out of range');
		return value;
	}
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
	let crc = index << 24;
	for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
	return crc >>> 0;
});

/** CRC-32 of bytes [start, end), generator 0x04C11DB7, most significant bit first, starting from 0. */
export function nutChecksum(bytes: Buffer, start: number, end: number): number {
	let crc = 0;
	for (let i = start; i < end; i++) {
		crc = ((crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ (bytes[i] ?? 0)) & 255] ?? 0)) >>> 0;
	}
	return crc;
}
