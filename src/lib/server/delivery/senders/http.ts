// One HTTP request, as deliveries need it: no redirects, a limit in time, a bounded answer, no denied address.
import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Reach } from './reach.ts';
import { DeliveryError } from './sender.ts';
import { failureOf, tooSlow } from './words.ts';

const MAX_ANSWER_BYTES = 2048;
const LONGEST_WAIT_S = 3600;

export interface HttpAnswer {
	status: number;
	headers: IncomingMessage['headers'];
	/** At most 2 KiB of it. */
	text: string;
}

export interface HttpPost {
	url: URL;
	headers: Record<string, string>;
	body: Buffer;
	/** For the whole exchange. */
	withinS: number;
}

/** Posts and answers whatever comes back, also a refusal. Throws DeliveryError when nobody was spoken to. */
export async function post(
	{ url, headers, body, withinS }: HttpPost,
	reach: Reach,
	signal: AbortSignal
): Promise<HttpAnswer> {
	const limit = AbortSignal.timeout(withinS * 1000);
	try {
		reach.requireLiteral(url.hostname);
		const response = await answerTo(url, headers, body, reach, AbortSignal.any([signal, limit]));
		return {
			status: response.statusCode ?? 0,
			headers: response.headers,
			text: await boundedText(response)
		};
	} catch (error) {
		if (signal.aborted) throw signal.reason;
		throw limit.aborted ? tooSlow(url.host, withinS) : failureOf(error, url.host);
	}
}

function answerTo(
	url: URL,
	headers: Record<string, string>,
	body: Buffer,
	reach: Reach,
	signal: AbortSignal
): Promise<IncomingMessage> {
	return new Promise((resolve, reject) => {
		const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
		const request = send(
			{
				protocol: url.protocol,
				hostname: url.hostname.replace(/^\[|\]$/g, ''),
				port: url.port,
				path: `${url.pathname}${url.search}`,
				method: 'POST',
				agent: false,
				headers: { ...headers, 'content-length': String(body.byteLength) },
				lookup: reach.lookup,
				signal
			},
			resolve
		);
		request.once('error', reject);
		request.end(body);
	});
}

/** Reads no further than is kept; an answer that breaks off before that is a failure. */
async function boundedText(response: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of response as AsyncIterable<Buffer>) {
		chunks.push(chunk);
		bytes += chunk.byteLength;
		if (bytes >= MAX_ANSWER_BYTES) break;
	}
	response.destroy();
	return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
}

/** What a status other than 2xx means for the next attempt. */
export function refusal(answer: HttpAnswer, where: string): DeliveryError {
	const { status } = answer;
	const said = answer.text.trim() === '' ? '' : ` It said: ${oneLine(answer.text)}`;
	if (status >= 300 && status < 400) return redirected(answer, where);
	if (status === 401 || status === 403)
		return new DeliveryError(
			'permanent',
			`${where} answered ${status}: the credentials are not taken. Check user, password, token or signature.${said}`
		);
	if (status === 404 || status === 410)
		return new DeliveryError(
			'permanent',
			`${where} answered ${status}: there is nothing at that address. Check its path.${said}`
		);
	if (status >= 400 && status < 500 && ![408, 425, 429].includes(status))
		return new DeliveryError(
			'permanent',
			`${where} answered ${status}: it does not take this body. Check the template against what it expects.${said}`
		);
	return new DeliveryError(
		NOBODY_HOME.has(status) ? 'unreachable' : 'refused',
		`${where} answered ${status}. Its own log should say why.${said}`,
		{ retryAfterS: retryAfter(answer) }
	);
}

/** Too many requests, and what stands before a service that is down: true of every message. */
const NOBODY_HOME = new Set([429, 502, 503, 504]);

/** A redirect is not followed: it could lead anywhere, with the signature and the headers. */
function redirected({ status, headers }: HttpAnswer, where: string): DeliveryError {
	const target = headers.location ?? '';
	const host = URL.canParse(target, 'http://same.invalid') ? new URL(target, 'http://same.invalid').host : '';
	const elsewhere = host === '' || host === 'same.invalid' ? 'another path of its own' : host;
	return new DeliveryError(
		'permanent',
		`${where} answered ${status}, a redirect to ${elsewhere}, which is not followed. Enter the final address.`
	);
}

function retryAfter({ headers }: HttpAnswer): number | null {
	const seconds = Number(headers['retry-after'] ?? NaN);
	return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, LONGEST_WAIT_S) : null;
}

export function oneLine(text: string): string {
	return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}
