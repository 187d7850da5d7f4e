// How to reach NATS, as the configuration has it: address, credentials, TLS; and which way of failing no waiting mends.
import { credsAuthenticator, type NodeConnectionOptions } from '@nats-io/transport-node';
import { accessSync, constants, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { backoffMs } from '../../base/backoff.ts';
import { causeChain } from '../../base/errors.ts';
import { maskText, secretsOf } from '../../base/mask.ts';
import { StartupError } from '../../base/startup-error.ts';
import type { Config } from '../../config/index.ts';

/** A connection attempt that takes longer has failed, ms. */
const CONNECT_TIMEOUT_MS = 3_000;
/** A NATS that answers no ping for three of these is away, ms. */
const PING_EVERY_MS = 3_000;
const RECONNECT = { baseMs: 400, capMs: 1_500 };

export type NatsConfig = Pick<Config, 'natsUrl' | 'nats' | 'instanceId'>;

/** Throws StartupError where a file that the configuration names cannot be read. */
export function connectionOptions(config: NatsConfig): NodeConnectionOptions {
	const url = new URL(addressOf(config));
	return {
		servers: `${url.hostname}:${url.port || 4222}`,
		name: config.instanceId,
		noEcho: true,
		timeout: CONNECT_TIMEOUT_MS,
		pingInterval: PING_EVERY_MS,
		maxPingOut: 2,
		maxReconnectAttempts: -1,
		reconnectDelayHandler: () => 100 + backoffMs(3, RECONNECT),
		// A password may be changed on the server first, and here at the next restart: no reason to give up.
		ignoreAuthErrorAbort: true,
		noAsyncTraces: true,
		...tlsOptions(config, url),
		...credentials(config, url)
	};
}

/** host:port, without what is secret. */
export function hostOf(config: NatsConfig): string {
	const url = new URL(addressOf(config));
	return `${url.hostname}:${url.port || 4222}`;
}

function addressOf({ natsUrl }: NatsConfig): string {
	if (natsUrl === null) throw new StartupError('NATS_URL is not set.');
	return natsUrl;
}

/** tls:// asks for TLS, and so does an authority or a certificate of ours: then nothing is said in the clear. */
function tlsOptions({ nats: { tls } }: NatsConfig, url: URL): Pick<NodeConnectionOptions, 'tls'> {
	const { ca, cert, key } = tls;
	readable(ca, 'VF_NATS_CA');
	readable(cert, 'VF_NATS_CERT');
	readable(key, 'VF_NATS_KEY');
	if ((cert === null) !== (key === null)) {
		throw new StartupError('VF_NATS_CERT and VF_NATS_KEY go together; set both, or neither.');
	}
	if (url.protocol !== 'tls:' && ca === null && cert === null) return {};
	return {
		tls: {
			...(ca !== null && { caFile: ca }),
			...(cert !== null && key !== null && { certFile: cert, keyFile: key })
		}
	};
}

function credentials({ nats: { credsFile } }: NatsConfig, url: URL): Partial<NodeConnectionOptions> {
	const user = decodeURIComponent(url.username);
	const pass = decodeURIComponent(url.password);
	if (user !== '' && url.password !== '') return { user, pass };
	if (user !== '') return { token: user };
	if (credsFile === null) return {};
	readable(credsFile, 'VF_NATS_CREDS');
	// Read at every connection: the file may have been renewed.
	const authenticator = credsAuthenticator(() => readFileSync(credsFile));
	try {
		authenticator('nonce');
	} catch {
		throw new StartupError(`VF_NATS_CREDS: ${credsFile} holds no NATS credentials.`);
	}
	return { authenticator };
}

function readable(file: string | null, variable: string): void {
	if (file === null) return;
	try {
		accessSync(file, constants.R_OK);
	} catch (cause) {
		throw new StartupError(`${variable}: ${file} cannot be read.`, { cause });
	}
}

const NOT_AUTHORIZED = /authorization|authentication|auth.*(expired|revoked|timeout)/i;
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|^ERR_TLS|^ERR_SSL|ERR_OSSL/;
const NOT_NATS = /unexpected response|not valid JSON|Unexpected token/i;

/** The words to stop with where waiting mends nothing; null for a NATS that is merely away. */
export async function hopeless(error: unknown, config: NatsConfig): Promise<StartupError | null> {
	const host = hostOf(config);
	const chain = causeChain(error);
	const url = new URL(addressOf(config));
	if (NOT_AUTHORIZED.test(chain)) {
		const variable = url.username === '' && config.nats.credsFile !== null ? 'VF_NATS_CREDS' : 'NATS_URL';
		return new StartupError(`NATS at ${host} refuses the credentials of ${variable}: correct them.`);
	}
	const code = codeOf(error);
	if (code !== null && CERTIFICATE.test(code)) {
		const variable = /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE/.test(code)
			? 'VF_NATS_CERT'
			: 'VF_NATS_CA';
		return new StartupError(`No TLS with NATS at ${host} (${code}): ${TLS_ADVICE[variable]}`);
	}
	if (chain.includes(`does not support 'tls'`)) {
		return new StartupError(
			`NATS at ${host} offers no TLS, which tls:// in NATS_URL or VF_NATS_CA asks for: switch it on there, or off here.`
		);
	}
	if (NOT_NATS.test(chain) || (/timeout/i.test(chain) && (await speaksOtherwise(url)))) {
		return new StartupError(
			`NATS_URL leads to ${host}, where something answers that is not NATS: correct the address.`
		);
	}
	return null;
}

const TLS_ADVICE = {
	VF_NATS_CA: 'its certificate is none that VF_NATS_CA, or the system, vouches for.',
	VF_NATS_CERT: 'it wants a certificate of ours that it trusts: set VF_NATS_CERT and VF_NATS_KEY.'
} as const;

/** In words, without a secret. */
export function reasonOf(error: unknown, config: NatsConfig): string {
	const secrets = secretsOf(config.natsUrl ?? '');
	return maskText(causeChain(error), secrets) || 'it does not answer';
}

function codeOf(error: unknown): string | null {
	for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) {
		if ('code' in cause && typeof cause.code === 'string') return cause.code;
	}
	return null;
}

/** A NATS that hangs says nothing; a web server, say, answers a line it does not understand. */
function speaksOtherwise(url: URL): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(Number(url.port || 4222), url.hostname, () => socket.write('PING\r\n\r\n'));
		const settle = (answer: boolean) => {
			socket.destroy();
			resolve(answer);
		};
		socket.setTimeout(1_000, () => settle(false));
		socket.once('error', () => settle(false));
		socket.once('close', () => settle(false));
		socket.once('data', (chunk) => settle(!/^(INFO|PONG|-ERR)/.test(chunk.toString('latin1'))));
	});
}
