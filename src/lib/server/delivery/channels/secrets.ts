// The secrets of a channel's configuration: masked on the way out, kept on the way back in for the same other side alone.
import type { ChannelType } from '#lib/contracts/channel.ts';
import { MASK, maskText, maskUrl, secretsOf } from '../../base/mask.ts';

export type Config = Record<string, unknown>;
export type Restored = { ok: true; config: Config } | { ok: false; path: string; message: string };

/** Headers that say nothing secret; the value of every other one is taken for a secret. */
const PLAIN_HEADERS = new Set([
	'accept',
	'content-type',
	'user-agent',
	'title',
	'priority',
	'tags',
	'click',
	'markdown'
]);
/** Slack, Discord, Telegram and their like put the secret into the path: a long part with letters and digits. */
const SECRET_SEGMENT = /^(?=[^/]*\d)(?=[^/]*[a-z])[^/]{16,}$/i;

/** The configuration as anybody may see it. */
export function maskConfig(config: Config): Config {
	return mapValues(config, (key, value, header) => {
		if (header) return isSecretHeader(key) ? MASK : value;
		if (key === 'secret' || key === 'password') return value === '' ? '' : MASK;
		return key === 'url' ? maskAddress(value) : value;
	});
}

/** Everything in it that must not be told, as it stands there. */
export function secretsIn(config: Config): string[] {
	const url = typeof config['url'] === 'string' ? config['url'] : '';
	const plain = [config['secret'], config['password']].filter((one) => typeof one === 'string');
	const headers = headersOf(config)
		.filter(([name]) => isSecretHeader(name))
		.flatMap(([, value]) => [value, value.replace(/^\w+\s+/, '')]);
	const all = [...plain, ...headers, ...secretsOf(url), ...secretSegments(url), ...loginsIn(config)];
	return all.filter((one) => one !== '');
}

/** User and password as HTTP Basic and SMTP put them on the wire: base64 hides them from no reader. */
function loginsIn(config: Config): string[] {
	const { username, password } =
		typeof config['url'] === 'string' && URL.canParse(config['url'])
			? new URL(config['url'])
			: { username: '', password: '' };
	const pairs = [
		[readable(username), readable(password)],
		[config['username'], config['password']]
	];
	return pairs.flatMap(([user, secret]) => {
		if (typeof secret !== 'string' || secret === '') return [];
		const wires = [`${String(user ?? '')}:${secret}`, `\0${String(user ?? '')}\0${secret}`, secret];
		return wires.map((wire) => Buffer.from(wire).toString('base64'));
	});
}

function readable(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** A text that may quote the other side, or the configuration, with its secrets masked; at most 2 KiB. */
export function maskAnswer(text: string, config: Config): string {
	return maskText(text, secretsIn(config))
		.replace(/\p{Cc}+/gu, ' ')
		.slice(0, 2048);
}

/**
 * The configuration behind one that a client may have read masked and sent back. Where a mask stands, the stored secret
 * takes its place as long as it would go to the same other side under the same name; otherwise it has to be typed again:
 * whoever may write a channel must not learn its secret by sending it to a host of their own.
 */
export function restoreSecrets(type: ChannelType, given: Config, stored: Config | null): Restored {
	const path = maskedPath(given);
	if (path === null) return { ok: true, config: given };
	if (stored === null) return again(path, 'It is masked, and nothing is stored that could be meant');
	if (recipient(type, given) !== recipient(type, stored))
		return again(path, 'The channel leads to another host or user than the stored secret belongs to');
	const config = mapValues(given, (key, value, header) => {
		if (header) return value === MASK ? (storedHeader(stored, key) ?? value) : value;
		if (key === 'url') return restoreAddress(value, String(stored['url'] ?? ''));
		return value === MASK ? (stored[key] ?? value) : value;
	});
	const left = maskedPath(config);
	return left === null ? { ok: true, config } : again(left, 'It holds a mask where nothing is stored');
}

function again(path: string, why: string): Restored {
	return { ok: false, path: `config.${path}`, message: `${why}: type it again, in place of ${MASK}.` };
}

/** The first field that holds a mask. */
function maskedPath(config: Config): string | null {
	const url = config['url'];
	if (typeof url === 'string' && (url.includes(`:${MASK}@`) || /[/=]\*\*\*(?=[/?&;#]|$)/.test(url)))
		return 'url';
	if (config['secret'] === MASK) return 'secret';
	if (config['password'] === MASK) return 'password';
	const header = headersOf(config).find(([, value]) => value === MASK);
	return header ? `headers.${header[0]}` : null;
}

/** Who would get the secret, and under which name: another one needs the secret typed again. */
function recipient(type: ChannelType, config: Config): string {
	const url = config['url'];
	const authority = typeof url === 'string' ? authorityOf(url) : '';
	const fields = ['host', 'port', 'security', 'username'].map((key) => String(config[key] ?? ''));
	return [type, authority, ...fields].join(' ').toLowerCase();
}

function authorityOf(address: string): string {
	if (!URL.canParse(address)) return `unreadable ${address}`;
	const { protocol, username, host } = new URL(address);
	return `${protocol}//${username}@${host}`;
}

// Addresses --------------------------------------------------------------------------------------------------------

function maskAddress(url: string): string {
	return mapSegments(maskUrl(url), (segment) => (SECRET_SEGMENT.test(segment) ? MASK : segment));
}

function secretSegments(url: string): string[] {
	const found: string[] = [];
	mapSegments(url, (segment) => {
		if (SECRET_SEGMENT.test(segment)) found.push(segment);
		return segment;
	});
	return found;
}

/** The parts of the path, by their position. */
function mapSegments(url: string, change: (segment: string, index: number) => string): string {
	const [, before = '', path = '', after = ''] =
		/^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)([^?#]*)(.*)$/is.exec(url) ?? [];
	return before === '' ? url : before + path.split('/').map(change).join('/') + after;
}

/** Each mask replaced by what stands at the same place in the stored address. */
function restoreAddress(given: string, stored: string): string {
	if (given === maskAddress(stored) || !URL.canParse(stored)) return stored;
	const segments: string[] = [];
	mapSegments(stored, (segment) => (segments.push(segment), segment));
	const parameters = new Map(
		[...stored.matchAll(/[?&;]([^=&;#]+)=([^&;#]*)/g)].map(([, name, value]) => [name, value])
	);
	return mapSegments(given, (segment, index) => (segment === MASK ? (segments[index] ?? segment) : segment))
		.replace(`:${MASK}@`, `:${new URL(stored).password}@`)
		.replace(/([?&;])([^=&;#]+)=\*\*\*(?=[&;#]|$)/g, (masked, mark: string, name: string) =>
			parameters.has(name) ? `${mark}${name}=${parameters.get(name)}` : masked
		);
}

// Headers ----------------------------------------------------------------------------------------------------------

function headersOf(config: Config): [string, string][] {
	const headers = config['headers'];
	return typeof headers === 'object' && headers !== null ? Object.entries(headers) : [];
}

const isSecretHeader = (name: string) => !PLAIN_HEADERS.has(name.toLowerCase());

function storedHeader(stored: Config, name: string): string | undefined {
	return headersOf(stored).find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1];
}

/** Every text of a configuration and of its headers, changed. */
function mapValues(config: Config, change: (key: string, value: string, header: boolean) => unknown): Config {
	return Object.fromEntries(
		Object.entries(config).map(([key, value]) => {
			if (typeof value === 'string') return [key, change(key, value, false)];
			if (key !== 'headers') return [key, value];
			return [
				key,
				Object.fromEntries(headersOf(config).map(([name, text]) => [name, change(name, text, true)]))
			];
		})
	);
}
