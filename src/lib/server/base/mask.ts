// Hides credentials in addresses and in text that quotes them, before anything is logged, stored or shown.

/** What stands where a secret was. */
export const MASK = '***';

/** Names of query parameters that carry secrets: password, pwd, loginpas, token, api_key, auth, sig, … */
const SECRET_PARAMETER = /pas|pwd|^pw$|secret|token|key|auth|cred|^sig|signature|session|^sid$/i;

// scheme://userinfo@  — userinfo reaches to the last @ before the path, as ffmpeg and browsers read it.
const USERINFO = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)@/i;
// A scheme is short: without that bound a long line without any address takes quadratic time.
const USERINFO_IN_TEXT = /([a-z][a-z0-9+.-]{0,15}:\/\/)([^\s/?#'"<>]*)@/gi;
const QUERY_PARAMETER = /([?&;])([^=&;#]+)=([^&;#]*)/g;
// In a text, quotes and spaces end an address; in an address alone they belong to the value.
const PARAMETER_IN_TEXT = /([?&;])([^=&;#\s'"<>]+)=([^&;#\s'"<>]*)/g;

/** The address with its password and secret query parameters as `***`; the user's name stays. Takes any text, also no URL at all. */
export function maskUrl(url: string): string {
	const readable = URL.canParse(url) ? url : widenUserinfo(url);
	return readable.replace(USERINFO, maskUserinfo).replace(QUERY_PARAMETER, maskParameter);
}

/** `text` with every address in it masked, and every occurrence of the given secrets, however they are percent-encoded. */
export function maskText(text: string, secrets: readonly string[] = []): string {
	const forms = secrets.flatMap(spellings).sort((a, b) => b.length - a.length);
	let masked = text;
	for (const form of forms) masked = masked.replaceAll(form, MASK);
	return masked.replace(USERINFO_IN_TEXT, maskUserinfo).replace(PARAMETER_IN_TEXT, maskParameter);
}

/** The secrets an address carries, as they stand in it: the password and the values of secret parameters. */
export function secretsOf(url: string): string[] {
	const secrets: string[] = [];
	const userinfo = USERINFO.exec(url)?.[2] ?? '';
	if (userinfo.includes(':')) secrets.push(userinfo.slice(userinfo.indexOf(':') + 1));
	for (const [, , name, value] of url.matchAll(QUERY_PARAMETER)) {
		if (name !== undefined && value !== undefined && SECRET_PARAMETER.test(name)) secrets.push(value);
	}
	return secrets.filter((secret) => secret !== '' && secret !== MASK);
}

function maskUserinfo(_match: string, scheme: string, userinfo: string): string {
	const colon = userinfo.indexOf(':');
	return colon < 0 ? `${scheme}${userinfo}@` : `${scheme}${userinfo.slice(0, colon)}:${MASK}@`;
}

function maskParameter(match: string, separator: string, name: string, value: string): string {
	return value !== '' && SECRET_PARAMETER.test(name) ? `${separator}${name}=${MASK}` : match;
}

/** What no URL parser reads may hold / or ? inside its password: everything up to the last @ is taken for credentials. */
function widenUserinfo(url: string): string {
	const match = /^([a-z][a-z0-9+.-]*:\/\/)(.*)@/is.exec(url);
	if (match?.[1] === undefined || match[2] === undefined) return url;
	const user = match[2].split(':', 1)[0] ?? '';
	return `${match[1]}${user.replace(/[^\w.-]/g, '_')}:${MASK}@${url.slice(match[0].length)}`;
}

/** The ways one secret may be spelled in a log: as given, decoded, encoded in upper and lower case. One or two characters would mask everything. */
function spellings(secret: string): string[] {
	const decoded = decode(secret);
	const encoded = encodeURIComponent(decoded);
	const lower = encoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
	const forms = [secret, decoded, encoded, lower, encodeURI(decoded)];
	return [...new Set(forms)].filter((form) => form.length > 2 && form !== MASK);
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
