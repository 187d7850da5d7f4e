// Webhooks: a POST with the alert as JSON or as a template makes it, signed with the channel's secret.
import { createHmac } from 'node:crypto';
import type { ChannelConfigs } from '#lib/contracts/channel.ts';
import { oneLine, post, refusal } from './http.ts';
import type { Reach } from './reach.ts';
import { documentOf, type Message, type Sender } from './sender.ts';
import { isJson, renderJson, renderText } from './template.ts';

type Config = ChannelConfigs['webhook'];

const WITHIN_S = 10;

export function createWebhookSender(config: Config, reach: Reach): Sender {
	const url = new URL(config.url);
	return {
		async send(message, signal) {
			const { body, contentType } = bodyOf(config, message);
			const headers = {
				'user-agent': 'vector-flow',
				'content-type': contentType,
				...lowerCase(config.headers),
				...authorisation(url),
				...signatureOf(config.secret, body),
				'idempotency-key': message.id,
				'x-vectorflow-event': message.event,
				...(message.traceparent && { traceparent: message.traceparent })
			};
			const answer = await post({ url, headers, body, withinS: WITHIN_S }, reach, signal);
			if (answer.status < 200 || answer.status > 299) throw refusal(answer, url.host);
			return { answer: `${answer.status} ${oneLine(answer.text)}`.trim() };
		}
	};
}

/** The body as it is signed and sent. */
function bodyOf({ template, headers }: Config, message: Message): { body: Buffer; contentType: string } {
	if (template === null) {
		return { body: Buffer.from(JSON.stringify(documentOf(message))), contentType: 'application/json' };
	}
	const json = isJson(template, lowerCase(headers)['content-type']);
	const text = json ? renderJson(template, message) : renderText(template, message);
	return { body: Buffer.from(text), contentType: json ? 'application/json' : 'text/plain; charset=utf-8' };
}

function signatureOf(secret: string | null, body: Buffer): Record<string, string> {
	if (secret === null || secret === '') return {};
	return { 'x-vectorflow-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` };
}

/** User and password of the address, as a browser would send them. */
function authorisation({ username, password }: URL): Record<string, string> {
	if (username === '' && password === '') return {};
	const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
	return { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
}

function lowerCase(headers: Record<string, string>): Record<string, string> {
	return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
