// What sockets, TLS and parsers say when something fails, as sentences for people.
import type { DeliveryFailure } from '../rules.ts';
import { DeliveryError } from './sender.ts';

const REASONS: Record<string, (where: string) => string> = {
	ECONNREFUSED: (where) =>
		`${where} refused the connection. Check host and port, and that something listens there.`,
	ENOTFOUND: (where) => `The name in ${where} does not resolve. Check its spelling.`,
	EAI_AGAIN: (where) => `The name in ${where} does not resolve at the moment. Check the server's DNS.`,
	EHOSTUNREACH: (where) => `No route leads to ${where}. Check the network and the address.`,
	ENETUNREACH: (where) => `No route leads to ${where}. Check the network and the address.`,
	ETIMEDOUT: (where) => `${where} did not answer in time. Check the address, and firewalls on the way.`,
	ECONNRESET: (where) => `${where} closed the connection half way. Its own log should say why.`,
	EPIPE: (where) => `${where} closed the connection half way. Its own log should say why.`,
	ECONNABORTED: (where) => `${where} closed the connection half way. Its own log should say why.`
};
const TLS_TRUST =
	/^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?)|CERT_(UNTRUSTED|SIGNATURE_FAILURE))$/;

/** `where` names the other side, masked. Passes a DeliveryError on as it is. */
export function failureOf(error: unknown, where: string): DeliveryError {
	if (error instanceof DeliveryError) return error;
	const code = codeOf(error);
	return new DeliveryError(kindOf(code), sentence(code, error, where), { cause: error });
}

/** Nobody answered within the limit. */
export function tooSlow(where: string, seconds: number): DeliveryError {
	return new DeliveryError(
		'unreachable',
		`${where} did not answer within ${seconds} s. Check that it runs, and firewalls on the way.`
	);
}

function sentence(code: string, error: unknown, where: string): string {
	const known = REASONS[code];
	if (known) return known(where);
	if (TLS_TRUST.test(code))
		return `The certificate of ${where} is not trusted (${code}). Give it one that is, or start this server with NODE_EXTRA_CA_CERTS naming its authority.`;
	if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
		return `The certificate of ${where} is for another name. Use the name it is made for.`;
	if (code === 'CERT_HAS_EXPIRED') return `The certificate of ${where} has expired. Renew it there.`;
	if (code === 'EPROTO' || code.startsWith('ERR_SSL'))
		return `${where} does not speak TLS at that port, or none this server accepts. Check port and scheme.`;
	if (code.startsWith('HPE_')) return `What answers at ${where} does not speak HTTP. Check port and scheme.`;
	const told = error instanceof Error ? error.message : String(error);
	return `Sending to ${where} failed: ${told.replace(/\.$/, '')}. Check its address and settings.`;
}

function kindOf(code: string): DeliveryFailure {
	return code === 'ERR_INVALID_CHAR' ? 'permanent' : 'unreachable';
}

/** The innermost code: of several addresses tried at once, the first one's. */
function codeOf(error: unknown): string {
	let found = '';
	for (let cause = error, depth = 0; cause instanceof Error && depth < 8; depth++) {
		if ('code' in cause && typeof cause.code === 'string') found ||= cause.code;
		cause = cause instanceof AggregateError ? cause.errors[0] : cause.cause;
	}
	return found;
}
