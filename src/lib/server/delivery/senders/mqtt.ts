// MQTT: one connection a message, published and acknowledged as its quality of service asks.
import { isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { connect as connectPlain } from 'node:net';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { ChannelConfigs } from '#lib/contracts/channel.ts';
import type { Reach } from './reach.ts';
import { DeliveryError, documentOf, type Sender } from './sender.ts';
import { renderTopic } from './template.ts';
import { failureOf, tooSlow } from './words.ts';

type Config = ChannelConfigs['mqtt'];

const WITHIN_S = 10;
const KEEPALIVE_S = 30;
/** CONNACK codes of MQTT 3.1.1 that no repetition changes: version, client id, user or password, not allowed. */
const REFUSED: Record<number, string> = {
	1: 'does not speak MQTT 3.1.1',
	2: 'does not take the client id',
	4: 'does not take user and password',
	5: 'does not allow this client to connect'
};

/**
 * A connection of its own for each message: alerts are few, and what was acknowledged on it is known to have arrived.
 * The client neither reconnects nor keeps anything: what is not acknowledged is sent again by the relay.
 */
export function createMqttSender(config: Config, reach: Reach): Sender {
	const url = new URL(config.url);
	return {
		async send(message, signal) {
			signal.throwIfAborted();
			reach.requireLiteral(url.hostname);
			const client = open(config, url, reach);
			try {
				await within(publish(client, config, message), url.host, signal);
				return { answer: answerOf(config, url.host, renderTopic(config.topic, message)) };
			} catch (error) {
				throw signal.aborted ? signal.reason : worded(error, url.host);
			} finally {
				client.end(true);
			}
		}
	};
}

async function publish(
	client: MqttClient,
	{ topic, qos, retain }: Config,
	message: Parameters<Sender['send']>[0]
): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		client.once('connect', () => resolve());
		client.once('error', reject);
		client.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
	});
	const broken = new Promise<never>((_, reject) => {
		client.once('error', reject);
		client.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
	});
	const body = JSON.stringify(documentOf(message));
	await Promise.race([client.publishAsync(renderTopic(topic, message), body, { qos, retain }), broken]);
	broken.catch(() => {});
	// Sends DISCONNECT after everything else is written, which is all that qos 0 can wait for.
	await client.endAsync();
}

function open(config: Config, url: URL, reach: Reach): MqttClient {
	const options: IClientOptions = {
		clientId: `vector-flow-${crypto.randomUUID().slice(0, 8)}`,
		protocolVersion: 4,
		clean: true,
		reconnectPeriod: 0,
		connectTimeout: WITHIN_S * 1000,
		keepalive: KEEPALIVE_S,
		...login(config, url)
	};
	const client = url.protocol.startsWith('ws')
		? mqtt.connect(withoutLogin(url), { ...options, wsOptions: { lookup: reach.lookup } })
		: new mqtt.MqttClient(() => socketTo(url, reach), options);
	// Every failure ends the promises above; one that comes after them is nobody's.
	client.on('error', () => {});
	return client;
}

function socketTo(url: URL, reach: Reach) {
	const host = url.hostname.replace(/^\[|\]$/g, '');
	const tls = url.protocol === 'mqtts:';
	const port = Number(url.port) || (tls ? 8883 : 1883);
	const target = { host, port, lookup: reach.lookup };
	return tls ? connectTls({ ...target, ...(isIP(host) ? {} : { servername: host }) }) : connectPlain(target);
}

/** The fields before what stands in the address. */
function login({ username, password }: Config, url: URL): Pick<IClientOptions, 'username' | 'password'> {
	const user = username ?? decodeURIComponent(url.username);
	const word = password ?? decodeURIComponent(url.password);
	return { ...(user !== '' && { username: user }), ...(word !== '' && { password: word }) };
}

function withoutLogin(url: URL): string {
	const bare = new URL(url);
	bare.username = bare.password = '';
	return bare.href;
}

async function within(work: Promise<void>, where: string, signal: AbortSignal): Promise<void> {
	const limit = AbortSignal.timeout(WITHIN_S * 1000);
	const either = AbortSignal.any([signal, limit]);
	const ended = new Promise<never>((_, reject) =>
		either.addEventListener('abort', () => reject(tooSlow(where, WITHIN_S)), { once: true })
	);
	ended.catch(() => {});
	work.catch(() => {});
	await Promise.race([work, ended]);
}

function worded(error: unknown, where: string): DeliveryError {
	const code = error instanceof Error && 'code' in error ? error.code : null;
	const why = typeof code === 'number' ? REFUSED[code] : undefined;
	if (why) return new DeliveryError('permanent', `The broker at ${where} ${why}. Check user and password.`);
	return failureOf(error, where);
}

function answerOf({ qos }: Config, where: string, topic: string): string {
	const took = qos === 0 ? 'was sent it, and acknowledges nothing at qos 0' : 'acknowledged it';
	return `The broker at ${where} ${took}: ${topic}`;
}
