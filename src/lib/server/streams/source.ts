// From an address as somebody typed it to a source that may be opened, or the reason why not in words.
import { realpath, stat } from 'node:fs/promises';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FailureCode, SourceFailure } from '#lib/contracts/failure.ts';
import type { HardwareDecoder, RtspTransport, SourceConfig } from '#lib/contracts/run.ts';
import { maskUrl } from '../base/mask.ts';
import type { DenyList } from '../base/deny.ts';

const MAX_LENGTH = 2048;
const LOOKUP_TIMEOUT_MS = 3000;
const KINDS = { 'rtsp:': 'rtsp', 'rtsps:': 'rtsp', 'http:': 'http', 'https:': 'http' } as const;

export interface SourcePolicy {
	/** Folders file sources may be read from, absolute. */
	mediaDirs: readonly string[];
	deny: DenyList;
	/** Every address of a name; the system's resolver unless a test brings its own. */
	resolveName?: (host: string) => Promise<string[]>;
}

export interface SourceOptions {
	transport?: RtspTransport;
	hardwareDecode?: HardwareDecoder;
}

export type ResolvedSource = { ok: true; source: SourceConfig } | { ok: false; failure: SourceFailure };

/**
 * Checks an address and brings it into the one form that is opened: schemes, userinfo, host and, for files, the real
 * path inside the media folders. Names are not looked up here: `checkAddress` does that before each connection.
 */
export async function resolveSource(
	address: string,
	policy: SourcePolicy,
	options: SourceOptions = {}
): Promise<ResolvedSource> {
	const common = {
		transport: options.transport ?? 'auto',
		hardwareDecode: options.hardwareDecode ?? 'none'
	} as const;
	if (address.length > MAX_LENGTH) return bad('The address is longer than 2048 characters', 'Shorten it.');
	// Parsers drop tabs and line ends silently, and playlists are made of lines: neither belongs in an address.
	if (/\p{Cc}/u.test(address))
		return bad('The address holds control characters', 'Type it again, without line breaks or tabs.');
	if (isFileAddress(address)) {
		const file = await resolveFile(address, policy.mediaDirs);
		return file.ok ? { ok: true, source: { url: file.path, kind: 'file', loop: true, ...common } } : file;
	}
	const network = parseNetworkAddress(address);
	if (!network.ok) return network;
	const { url, kind, host } = network;
	if (isIP(host) && policy.deny.denies(host)) return { ok: false, failure: denied(host) };
	return { ok: true, source: { url, kind, loop: false, ...common } };
}

/** Looks the host up afresh, or the file: null when it may be opened now. */
export async function checkAddress(
	source: SourceConfig,
	policy: SourcePolicy
): Promise<SourceFailure | null> {
	if (source.kind === 'file') {
		const file = await checkFile(source.url, policy.mediaDirs);
		return file.ok ? null : file.failure;
	}
	const host = hostOf(source.url);
	if (isIP(host)) return policy.deny.denies(host) ? denied(host) : null;
	try {
		const addresses = await within(LOOKUP_TIMEOUT_MS, (policy.resolveName ?? systemLookup)(host));
		const forbidden = addresses.find((address) => policy.deny.denies(address));
		return forbidden === undefined ? null : denied(`${host} (${forbidden})`);
	} catch {
		return failure(
			'no_such_host',
			`The name ${host} does not resolve`,
			'Check the spelling, or use the address in numbers.'
		);
	}
}

type NetworkAddress = { ok: true; url: string; kind: 'rtsp' | 'http'; host: string };
type Refused = { ok: false; failure: SourceFailure };

function parseNetworkAddress(address: string): NetworkAddress | Refused {
	const scheme = /^([a-z][a-z0-9+.-]*:)\/\//i.exec(address)?.[1]?.toLowerCase();
	if (!scheme)
		return bad(
			'This is not an address',
			'Write it like rtsp://user:password@10.0.0.5/live, http://… or file:….'
		);
	if (!(scheme in KINDS)) {
		return bad(`The scheme ${scheme}// cannot be read`, 'Use rtsp://, rtsps://, http://, https:// or file:.');
	}
	const url = parseUrl(address);
	const host = url && normalHost(url);
	if (!url || !host) {
		return bad(
			'The address cannot be understood',
			'Check host and port, and write /, ?, # and @ in a password as %2F, %3F, %23 and %40.'
		);
	}
	if (url.port === '0')
		return bad('Port 0 cannot be connected to', "Name the camera's port, or leave it out.");
	if (hidesUserinfo(url)) {
		return bad(
			'The address holds an @ after its host',
			'Write /, ?, # and @ in a password as %2F, %3F, %23 and %40; an @ in a path as %40.'
		);
	}
	return { ok: true, url: rebuilt(url, host), kind: KINDS[scheme as keyof typeof KINDS], host: bare(host) };
}

function parseUrl(address: string): URL | null {
	return URL.canParse(address) ? new URL(address) : null;
}

/**
 * The host in its one usual form: 2852039166, 0xa9.0xfe.0xa9.0xfe and 169.254.169.254 are the same machine, and what
 * opens the connection knows all of these. The parser does this for http alone, so every host passes through it.
 */
function normalHost(url: URL): string | null {
	const host = parseUrl(`http://${url.hostname}`)?.hostname;
	return host ? host : null;
}

/** `rtsp://admin:12/34@host` parses as port 12 of a host called admin, with the password's end in its path. */
function hidesUserinfo(url: URL): boolean {
	return url.port !== '' && url.username === '' && /@/.test(`${url.pathname}${url.search}${url.hash}`);
}

function rebuilt(url: URL, host: string): string {
	const password = url.password === '' ? '' : `:${url.password}`;
	// The parser leaves quotes as they are; encoded, they end no address within a log line or a playlist.
	const userinfo =
		url.username === '' && password === '' ? '' : `${url.username}${password}@`.replaceAll("'", '%27');
	const port = url.port === '' ? '' : `:${url.port}`;
	return `${url.protocol}//${userinfo}${host}${port}${url.pathname}${url.search}${url.hash}`;
}

/** Without the brackets of an IPv6 literal and the dot that ends a full name. */
function bare(host: string): string {
	return host.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function hostOf(url: string): string {
	return bare(new URL(url).hostname);
}

async function systemLookup(host: string): Promise<string[]> {
	return (await lookup(host, { all: true })).map((entry) => entry.address);
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
	const limit = new Promise<never>((_, reject) =>
		setTimeout(() => reject(new Error('timed out')), ms).unref()
	);
	return Promise.race([work, limit]);
}

// Files -----------------------------------------------------------------------------------------------------------

type CheckedFile = { ok: true; path: string } | Refused;

function isFileAddress(address: string): boolean {
	return /^file:/i.test(address) || path.isAbsolute(address);
}

/** `file:///media/x.mp4`, `/media/x.mp4`, or `file:x.mp4` looked for in each media folder. */
async function resolveFile(address: string, mediaDirs: readonly string[]): Promise<CheckedFile> {
	const relative = /^file:(?![/\\])(.*)$/i.exec(address)?.[1];
	if (relative === undefined) {
		const absolute = absolutePath(address);
		return absolute === null
			? bad('This is not a file address', 'Write it like file:///media/video.mp4.')
			: checkFile(absolute, mediaDirs);
	}
	for (const dir of mediaDirs) {
		const found = await checkFile(path.join(dir, relative), mediaDirs);
		if (found.ok) return found;
	}
	return refused('file_missing', `There is no file ${relative} in the media folders`, MEDIA_ADVICE);
}

function absolutePath(address: string): string | null {
	if (path.isAbsolute(address)) return address;
	try {
		return fileURLToPath(address);
	} catch {
		return null;
	}
}

const MEDIA_ADVICE =
	'Put the file into one of the folders of VF_MEDIA_DIRS, or ask an administrator to add its folder there.';

/** The real path, with every link followed, of a plain file inside the media folders. Nothing is told about files outside. */
async function checkFile(file: string, mediaDirs: readonly string[]): Promise<CheckedFile> {
	const outside = refused('not_allowed', `The file ${file} is outside the media folders`, MEDIA_ADVICE);
	const roots = await Promise.all(mediaDirs.map(realpathOrSame));
	const named = [...mediaDirs, ...roots].some((dir) => isWithin(dir, path.resolve(file)));
	if (!named) return outside;
	const real = await realpath(file).catch(() => null);
	if (real === null)
		return refused('file_missing', `There is no file ${file}`, 'Check its name, or put it there.');
	if (!roots.some((dir) => isWithin(dir, real))) return outside;
	const stats = await stat(real).catch(() => null);
	if (!stats?.isFile()) return refused('not_video', `${file} is not a file`, 'Name a video file.');
	return { ok: true, path: real };
}

async function realpathOrSame(dir: string): Promise<string> {
	return realpath(dir).catch(() => path.resolve(dir));
}

function isWithin(dir: string, file: string): boolean {
	const way = path.relative(dir, file);
	return way !== '' && way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}

// Words -----------------------------------------------------------------------------------------------------------

function failure(code: FailureCode, message: string, advice: string): SourceFailure {
	return { code, message: maskUrl(message), advice, evidence: '' };
}

function refused(code: FailureCode, message: string, advice: string): Refused {
	return { ok: false, failure: failure(code, message, advice) };
}

function bad(message: string, advice: string): Refused {
	return refused('bad_address', message, advice);
}

function denied(host: string): SourceFailure {
	return failure(
		'not_allowed',
		`The network of ${host} may not be reached from this server`,
		'Use another address, or ask an administrator to change VF_SOURCE_DENY.'
	);
}
