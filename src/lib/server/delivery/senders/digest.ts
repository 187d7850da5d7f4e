// HTTP Digest access authentication, RFC 7616: MD5 and SHA-256, with and without qop, for a server's challenge.
import { createHash, randomBytes } from 'node:crypto';

export interface Challenge {
	realm: string;
	nonce: string;
	opaque: string | null;
	algorithm: 'MD5' | 'MD5-sess' | 'SHA-256' | 'SHA-256-sess';
	/** False for servers of RFC 2069, which know no quality of protection. */
	qop: boolean;
}

export interface DigestCall {
	method: string;
	/** The request target: path and query. */
	uri: string;
	username: string;
	password: string;
}

const ALGORITHMS: Challenge['algorithm'][] = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess'];

/** The strongest Digest challenge of `WWW-Authenticate` that can be answered; null when there is none. */
export function readChallenge(header: string): Challenge | null {
	const challenges = splitChallenges(header)
		.filter(({ scheme }) => scheme === 'digest')
		.flatMap(({ parameters }) => understood(parameters));
	return challenges.sort((a, b) => strength(b) - strength(a))[0] ?? null;
}

/** Whether `WWW-Authenticate` offers Basic. */
export function offersBasic(header: string): boolean {
	return splitChallenges(header).some(({ scheme }) => scheme === 'basic');
}

/** The value of `Authorization`. `cnonce` is random unless a test brings its own; the nonce is used once, so nc is 1. */
export function answerChallenge(
	challenge: Challenge,
	call: DigestCall,
	cnonce = randomBytes(16).toString('base64url')
): string {
	const { realm, nonce, opaque, algorithm, qop } = challenge;
	const hash = (text: string) =>
		createHash(algorithm.startsWith('SHA-256') ? 'sha256' : 'md5')
			.update(text)
			.digest('hex');
	const secret = hash(`${call.username}:${realm}:${call.password}`);
	const ha1 = algorithm.endsWith('-sess') ? hash(`${secret}:${nonce}:${cnonce}`) : secret;
	const ha2 = hash(`${call.method}:${call.uri}`);
	const nc = '00000001';
	const response = hash(qop ? `${ha1}:${nonce}:${nc}:${cnonce}:auth:${ha2}` : `${ha1}:${nonce}:${ha2}`);
	const parts = [
		`username=${quoted(call.username)}`,
		`realm=${quoted(realm)}`,
		`uri=${quoted(call.uri)}`,
		`algorithm=${algorithm}`,
		`nonce=${quoted(nonce)}`,
		...(qop ? [`nc=${nc}`, `cnonce=${quoted(cnonce)}`, 'qop=auth'] : []),
		`response=${quoted(response)}`,
		...(opaque === null ? [] : [`opaque=${quoted(opaque)}`])
	];
	return `Digest ${parts.join(', ')}`;
}

interface RawChallenge {
	scheme: string;
	parameters: Map<string, string>;
}

/** A parameter, or the name of a scheme that begins the next challenge. */
const TOKEN =
	/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|([A-Za-z][\w-]*)(?=\s+[\w-]+\s*=|\s*,|\s*$)/g;

function splitChallenges(header: string): RawChallenge[] {
	const challenges: RawChallenge[] = [];
	for (const [, name, quotedValue, bareValue, scheme] of header.matchAll(TOKEN)) {
		if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
		else if (name !== undefined)
			challenges
				.at(-1)
				?.parameters.set(name.toLowerCase(), quotedValue?.replace(/\\(.)/g, '$1') ?? bareValue ?? '');
	}
	return challenges;
}

function understood(parameters: Map<string, string>): Challenge[] {
	const wanted = (parameters.get('algorithm') ?? 'MD5').toLowerCase();
	const algorithm = ALGORITHMS.find((one) => one.toLowerCase() === wanted);
	const [realm, nonce, qop] = [parameters.get('realm'), parameters.get('nonce'), parameters.get('qop')];
	const auth = qop?.split(',').some((one) => one.trim().toLowerCase() === 'auth') ?? false;
	if (!algorithm || realm === undefined || nonce === undefined || (qop !== undefined && !auth)) return [];
	return [{ realm, nonce, opaque: parameters.get('opaque') ?? null, algorithm, qop: auth }];
}

const strength = ({ algorithm, qop }: Challenge) => (algorithm.startsWith('SHA') ? 2 : 0) + (qop ? 1 : 0);

function quoted(text: string): string {
	return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
