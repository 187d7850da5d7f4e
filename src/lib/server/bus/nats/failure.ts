// Why NATS could not be reached, in words, and whether waiting can mend it: a wrong password, another program, a stranger's certificate cannot.
import { connect } from 'node:net';
import { causeChain } from '../../base/errors.ts';
import { maskText, secretsOf } from '../../base/mask.ts';
import { StartupError } from '../../base/startup-error.ts';
import { addressOf, bare, hostOf, portOf, type NatsConfig } from './options.ts';

const NOT_AUTHORIZED = /authorization|authentication|auth.*(expired|revoked|timeout)/i;
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|^ERR_TLS|^ERR_SSL|ERR_OSSL/;
const CERTIFICATE_OF_OURS = /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE/;
const NOT_NATS = /unexpected response|not valid JSON|Unexpected token/i;
const GREETING_TIMEOUT_MS = 1_000;

/** In words, without a secret. */
export function reasonOf(error: unknown, config: NatsConfig): string {
	return maskText(causeChain(error), secretsOf(config.natsUrl ?? '')) || 'it does not answer';
}

/** What to stop with where waiting mends nothing; null for a NATS that is merely away. */
export async function hopeless(error: unknown, config: NatsConfig): Promise<StartupError | null> {
	const words = refusal(error, config) ?? (await refusalOfWhoIsThere(error, config));
	return words === null ? null : new StartupError(words);
}

function refusal(error: unknown, config: NatsConfig): string | null {
	const host = hostOf(config);
	const chain = causeChain(error);
	if (NOT_AUTHORIZED.test(chain)) {
		const inFile = addressOf(config).username === '' && config.nats.credsFile !== null;
		const variable = inFile ? 'VF_NATS_CREDS' : 'NATS_URL';
		return `NATS at ${host} refuses the credentials of ${variable}: correct them.`;
	}
	if (chain.includes(`does not support 'tls'`)) {
		return `NATS at ${host} offers no TLS, which tls:// in NATS_URL or VF_NATS_CA asks for: switch it on there, or off here.`;
	}
	if (NOT_NATS.test(chain)) return notNats(host);
	const code = codeOf(error);
	if (code === null || !CERTIFICATE.test(code)) return null;
	if (CERTIFICATE_OF_OURS.test(code)) return certificateOfOurs(host);
	return `No TLS with NATS at ${host} (${code}): its certificate is none that VF_NATS_CA, or the system, vouches for.`;
}

/** The client waits in silence for who takes the connection and then says nothing: asked once more, they tell what they are. */
async function refusalOfWhoIsThere(error: unknown, config: NatsConfig): Promise<string | null> {
	if (!/timeout/i.test(causeChain(error))) return null;
	const greeting = await greetingOf(addressOf(config));
	if (greeting === null) return null;
	if (!greeting.startsWith('INFO')) return notNats(hostOf(config));
	return /"tls_verify":\s*true/.test(greeting) ? certificateOfOurs(hostOf(config)) : null;
}

const notNats = (host: string) =>
	`NATS_URL leads to ${host}, where something answers that is not NATS: correct the address.`;

const certificateOfOurs = (host: string) =>
	`NATS at ${host} wants a certificate of ours that it trusts: set VF_NATS_CERT and VF_NATS_KEY.`;

function codeOf(error: unknown): string | null {
	for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) {
		if ('code' in cause && typeof cause.code === 'string') return cause.code;
	}
	return null;
}

/** The first it says, to a line that only NATS understands; null for who says nothing. */
function greetingOf(url: URL): Promise<string | null> {
	return new Promise((resolve) => {
		const socket = connect(portOf(url), bare(url.hostname), () => socket.write('PING\r\n\r\n'));
		const settle = (greeting: string | null) => {
			socket.destroy();
			resolve(greeting);
		};
		socket.setTimeout(GREETING_TIMEOUT_MS, () => settle(null));
		socket.once('error', () => settle(null));
		socket.once('close', () => settle(null));
		socket.once('data', (chunk) => settle(chunk.toString('latin1')));
	});
}
