// Sending a call from the page, and taking its answer as it comes: text, a picture, events for some seconds, or bytes.
import type { Request } from './request.ts';

/** What is kept of an answer, bytes; the rest is counted. */
const MOST_BYTES = 512 * 1024;
const MOST_PICTURE_BYTES = 16 * 2 ** 20;
/** What has no end is listened to for so long. */
export const LISTEN_MS = 5000;

export interface Taken {
	status: number;
	headers: [string, string][];
	media: string;
	/** Until the head of the answer, and until its end. */
	headMs: number;
	ms: number;
	bytes: number;
	/** Whether there was more than is kept, or it has no end. */
	cut: boolean;
	text: string | null;
	/** Of one picture; the caller lets it go with URL.revokeObjectURL. */
	picture: Blob | null;
	/** Whatever else it is, to be saved. */
	file: Blob | null;
}

export interface PerformOptions {
	/** Instead of the session; held in memory by the caller, and sent nowhere else. */
	key: string;
	signal: AbortSignal;
	/** While events come. */
	onText?: (text: string) => void;
	fetch?: typeof fetch;
	now?: () => number;
}

export async function perform(request: Request, options: PerformOptions): Promise<Taken> {
	const { key, signal, fetch: ask = fetch, now = () => performance.now() } = options;
	const began = now();
	const response = await ask(request.path, {
		method: request.method,
		headers: { ...request.headers, ...(key === '' ? {} : { Authorization: `Bearer ${key}` }) },
		credentials: key === '' ? 'same-origin' : 'omit',
		redirect: 'manual',
		signal,
		...(request.body === null ? {} : { body: request.body })
	});
	const headMs = now() - began;
	const media = (response.headers.get('content-type') ?? '').split(';')[0]!.trim();
	const endless = media === 'text/event-stream' || media.startsWith('multipart/');
	const read = await readBody(response, {
		most: isText(media) ? MOST_BYTES : MOST_PICTURE_BYTES,
		untilMs: endless ? LISTEN_MS : Infinity,
		...(media === 'text/event-stream' && options.onText ? { onText: options.onText } : {})
	});
	return {
		status: response.status,
		headers: [...response.headers],
		media,
		headMs,
		ms: now() - began,
		bytes: read.total,
		cut: read.cut,
		...shown(media, read.kept)
	};
}

const isText = (media: string): boolean => /^text\/|json|xml/.test(media);

function shown(media: string, kept: Uint8Array<ArrayBuffer>): Pick<Taken, 'text' | 'picture' | 'file'> {
	if (media.startsWith('multipart/')) {
		const jpeg = firstJpeg(kept);
		return { text: null, picture: jpeg && new Blob([jpeg], { type: 'image/jpeg' }), file: null };
	}
	if (media.startsWith('image/'))
		return { text: null, picture: new Blob([kept], { type: media }), file: null };
	if (isText(media) || kept.length === 0)
		return { text: new TextDecoder().decode(kept), picture: null, file: null };
	return { text: null, picture: null, file: new Blob([kept], { type: media }) };
}

interface Read {
	kept: Uint8Array<ArrayBuffer>;
	total: number;
	cut: boolean;
}

async function readBody(
	response: Response,
	{ most, untilMs, onText }: { most: number; untilMs: number; onText?: (text: string) => void }
): Promise<Read> {
	const reader = response.body?.getReader();
	const parts: Uint8Array[] = [];
	const decoder = new TextDecoder();
	let text = '';
	let total = 0;
	let cut = false;
	if (!reader) return { kept: new Uint8Array(), total, cut };
	const timer = Number.isFinite(untilMs) ? setTimeout(enough, untilMs) : undefined;
	function enough() {
		cut = true;
		void reader?.cancel().catch(() => undefined);
	}
	try {
		for (let next = await reader.read(); !next.done; next = await reader.read()) {
			total += next.value.length;
			parts.push(next.value);
			if (onText) onText((text += decoder.decode(next.value, { stream: true })));
			if (total >= most) enough();
		}
	} finally {
		clearTimeout(timer);
	}
	return { kept: joined(parts).slice(0, most), total, cut };
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		all.set(part, at);
		at += part.length;
	}
	return all;
}

/** The first whole JPEG among these bytes: from its start mark (FF D8 FF) to its end mark (FF D9). */
export function firstJpeg(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | null {
	const start = bytes.findIndex(
		(byte, at) => byte === 0xff && bytes[at + 1] === 0xd8 && bytes[at + 2] === 0xff
	);
	if (start < 0) return null;
	const end = bytes.findIndex((byte, at) => at > start && byte === 0xff && bytes[at + 1] === 0xd9);
	return end < 0 ? null : bytes.slice(start, end + 2);
}
