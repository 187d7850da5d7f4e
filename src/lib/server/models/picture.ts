// A picture that somebody sends to have it looked at: read within bounds, decoded to pixels.
import sharp from 'sharp';
import { MAX_PICTURE_BYTES } from '#lib/contracts/model.ts';
import { AppError } from '../base/errors.ts';

export interface DecodedPicture {
	/** Size of the picture as it was sent, upright. */
	width: number;
	height: number;
	/** Its pixels, scaled so that neither side exceeds 1920. */
	pixels: { layout: 'rgb24'; width: number; height: number; buffer: Uint8Array };
}

const MAX_SIDE = 10_000;
const LOOKED_AT_SIDE = 1920;

/** Only these three: every other decoder is one more that strangers' bytes could break. */
const MAGIC: readonly RegExp[] = [/^\xff\xd8\xff/, /^\x89PNG\r\n/, /^RIFF....WEBP/s];

/**
 * Throws `payload_too_large` beyond 20 MiB or 10,000 × 10,000 px, `invalid_input` for what is no whole JPEG, PNG or WebP.
 */
export async function decodePicture(body: ReadableStream<Uint8Array> | null): Promise<DecodedPicture> {
	const bytes = await readBounded(body);
	const { width, height, autoOrient } = await headerOf(bytes);
	if (width > MAX_SIDE || height > MAX_SIDE) {
		throw new AppError(
			'payload_too_large',
			`The picture is ${width}×${height} px; at most ${MAX_SIDE}×${MAX_SIDE} are looked at. Scale it down.`
		);
	}
	try {
		const { data, info } = await sharp(bytes, { limitInputPixels: MAX_SIDE ** 2 })
			.autoOrient()
			.resize(LOOKED_AT_SIDE, LOOKED_AT_SIDE, { fit: 'inside', withoutEnlargement: true })
			.removeAlpha()
			.toColourspace('srgb')
			.raw({ depth: 'uchar' })
			.toBuffer({ resolveWithObject: true });
		const pixels = { layout: 'rgb24' as const, width: info.width, height: info.height, buffer: data };
		return { width: autoOrient.width, height: autoOrient.height, pixels };
	} catch (error) {
		throw notAPicture(`it cannot be decoded (${firstLine(error)})`);
	}
}

async function headerOf(bytes: Uint8Array) {
	const beginning = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
	if (!MAGIC.some((magic) => magic.test(beginning))) throw notAPicture('it does not begin like one');
	try {
		return await sharp(bytes, { limitInputPixels: false }).metadata();
	} catch {
		throw notAPicture('its header cannot be read');
	}
}

async function readBounded(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of body ?? []) {
		size += chunk.length;
		if (size > MAX_PICTURE_BYTES) {
			throw new AppError(
				'payload_too_large',
				`The picture is larger than ${MAX_PICTURE_BYTES / 2 ** 20} MiB. Scale it down, or save it as a JPEG.`
			);
		}
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

function notAPicture(why: string): AppError {
	return new AppError(
		'invalid_input',
		`The body is no picture that can be looked at: ${why}. Send a JPEG, PNG or WebP file itself as the body.`
	);
}

function firstLine(error: unknown): string {
	const message = error instanceof Error ? error.message : String(error);
	return (message.split('\n')[0] ?? '').slice(0, 200);
}
