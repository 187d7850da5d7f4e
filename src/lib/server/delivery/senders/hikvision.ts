// Hikvision ISAPI: the alert as an EventNotificationAlert document, posted with digest or basic authentication.
import { hostname, networkInterfaces } from 'node:os';
import { isIPv4 } from 'node:net';
import type { ChannelConfigs } from '#lib/contracts/channel.ts';
import { answerChallenge, offersBasic, readChallenge } from './digest.ts';
import { oneLine, post, refusal, type HttpAnswer } from './http.ts';
import type { Reach } from './reach.ts';
import { DeliveryError, type Message, type Sender } from './sender.ts';

type Config = ChannelConfigs['hikvision'];

const WITHIN_S = 10;
/** The longest eventDescription that devices are documented to take. */
const MAX_DESCRIPTION = 128;

export function createHikvisionSender(config: Config, reach: Reach): Sender {
	const url = new URL(config.url);
	return {
		async send(message, signal) {
			const body = Buffer.from(eventDocument(config, message));
			const common = {
				'content-type': 'application/xml; charset=utf-8',
				'user-agent': 'vector-flow',
				'idempotency-key': message.id
			};
			const ask = (extra: Record<string, string> = {}) =>
				post({ url, headers: { ...common, ...extra }, body, withinS: WITHIN_S }, reach, signal);
			let answer = await ask();
			if (answer.status === 401) answer = await ask({ authorization: authorisation(config, url, answer) });
			if (answer.status < 200 || answer.status > 299) throw refusal(answer, url.host);
			return { answer: `${answer.status} ${oneLine(answer.text)}`.trim() };
		}
	};
}

/** Answers the challenge of a 401: digest where it is offered, basic where nothing else is. */
function authorisation(config: Config, url: URL, { headers }: HttpAnswer): string {
	const username = config.username ?? decodeURIComponent(url.username);
	const password = config.password ?? decodeURIComponent(url.password);
	if (username === '')
		throw new DeliveryError(
			'permanent',
			`${url.host} asks for user and password. Enter them in the channel.`
		);
	const offered = headers['www-authenticate'] ?? '';
	const challenge = readChallenge(offered);
	const uri = `${url.pathname}${url.search}`;
	if (challenge) return answerChallenge(challenge, { method: 'POST', uri, username, password });
	if (offersBasic(offered)) return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
	throw new DeliveryError(
		'permanent',
		`${url.host} asks for a way of signing in that is neither digest (MD5, SHA-256) nor basic. Change it there.`
	);
}

/** The document ISAPI names EventNotificationAlert; a test is sent as inactive, so that it sets off nothing. */
export function eventDocument(config: Config, { alert, event }: Message): string {
	const { address, mac } = ownAddress();
	const at = event === 'alert.resolved' ? (alert.ends_at ?? alert.starts_at) : alert.starts_at;
	const fields: [string, string | number][] = [
		[isIPv4(address) ? 'ipAddress' : 'ipv6Address', address],
		['portNo', 80],
		['protocol', 'HTTP'],
		['macAddress', mac],
		['channelID', config.channel_id],
		['dateTime', at.replace(/\.\d+Z$|Z$/, '+00:00')],
		['activePostCount', 1],
		['eventType', config.event_type],
		['eventState', event === 'alert.firing' ? 'active' : 'inactive'],
		['eventDescription', `${alert.name}: ${alert.summary}`.slice(0, MAX_DESCRIPTION)],
		['channelName', alert.stream_name ?? hostname()]
	];
	const lines = fields.map(([name, value]) => `  <${name}>${escapeXml(String(value))}</${name}>`);
	return [
		'<?xml version="1.0" encoding="UTF-8"?>',
		'<EventNotificationAlert version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema">',
		...lines,
		'</EventNotificationAlert>',
		''
	].join('\n');
}

/** Of the first interface that leads outside: how a recorder tells devices apart. */
function ownAddress(): { address: string; mac: string } {
	const outside = Object.values(networkInterfaces())
		.flatMap((entries) => entries ?? [])
		.filter((entry) => !entry.internal);
	const chosen = outside.find((entry) => entry.family === 'IPv4') ?? outside[0];
	return { address: chosen?.address ?? '127.0.0.1', mac: chosen?.mac ?? '00:00:00:00:00:00' };
}

const ENTITIES: Record<string, string> = {
	'<': '&lt;',
	'>': '&gt;',
	'&': '&amp;',
	'"': '&quot;',
	"'": '&apos;'
};

/** XML 1.0 has no way to write most control characters and halves of surrogate pairs: they become a space. */
function escapeXml(text: string): string {
	return text
		.toWellFormed()
		.replace(/[\p{Cc}\uFFFE\uFFFF]/gu, ' ')
		.replace(/[<>&"']/g, (character) => ENTITIES[character] ?? '');
}
