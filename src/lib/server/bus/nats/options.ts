// How to reach NATS, as the configuration has it: address, credentials, TLS.
import { credsAuthenticator, type NodeConnectionOptions } from '@nats-io/transport-node';
import { accessSync, constants, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { backoffMs } from '../../base/backoff.ts';
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
	const url = addressOf(config);
	return {
		servers: hostOf(config),
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
	const url = addressOf(config);
	return `${url.hostname}:${portOf(url)}`;
}

export const portOf = (url: URL): number => Number(url.port || 4222);

export function addressOf({ natsUrl }: NatsConfig): URL {
	if (natsUrl === null) throw new StartupError('NATS_URL is not set.');
	return new URL(natsUrl);
}

/** tls:// asks for TLS, and so does an authority or a certificate of ours: then nothing is said in the clear. */
function tlsOptions(
	{ nats: { tls } }: NatsConfig,
	url: URL
): Pick<NodeConnectionOptions, 'tls' | 'ignoreClusterUpdates'> {
	const { ca, cert, key } = tls;
	readable(ca, 'VF_NATS_CA');
	readable(cert, 'VF_NATS_CERT');
	readable(key, 'VF_NATS_KEY');
	if ((cert === null) !== (key === null)) {
		throw new StartupError('VF_NATS_CERT and VF_NATS_KEY go together; set both, or neither.');
	}
	if (url.protocol !== 'tls:' && ca === null && cert === null) return {};
	const files = {
		...(ca !== null && { caFile: ca }),
		...(cert !== null && key !== null && { certFile: cert, keyFile: key })
	};
	// The client would hold the certificate of an address without a name to `localhost`. Then the other servers of a cluster,
	// whose addresses are others, are left aside.
	if (isIP(bare(url.hostname)) === 0) return { tls: files };
	return { tls: { ...files, ...{ host: bare(url.hostname) } }, ignoreClusterUpdates: true };
}

/** An IPv6 address without its brackets. */
export const bare = (hostname: string) => hostname.replace(/^\[(.*)\]$/, '$1');

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
