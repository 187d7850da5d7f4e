// Help with camera addresses: the paths common brands use, and what is wrong with one before the server is asked.

export interface AddressExample {
	brand: string;
	/** With HOST, USER and PASSWORD to fill in. */
	address: string;
}

export const EXAMPLES: readonly AddressExample[] = [
	{ brand: 'Axis', address: 'rtsp://USER:PASSWORD@HOST/axis-media/media.amp' },
	{ brand: 'Hikvision', address: 'rtsp://USER:PASSWORD@HOST:554/Streaming/Channels/101' },
	{ brand: 'Dahua, Amcrest', address: 'rtsp://USER:PASSWORD@HOST:554/cam/realmonitor?channel=1&subtype=0' },
	{ brand: 'Hanwha', address: 'rtsp://USER:PASSWORD@HOST/profile2/media.smp' },
	{ brand: 'Reolink', address: 'rtsp://USER:PASSWORD@HOST:554/h264Preview_01_main' },
	{ brand: 'TP-Link Tapo', address: 'rtsp://USER:PASSWORD@HOST:554/stream1' },
	{ brand: 'UniFi Protect', address: 'rtsps://HOST:7441/TOKEN' },
	{ brand: 'MJPEG over HTTP', address: 'http://USER:PASSWORD@HOST/mjpg/video.mjpg' },
	{ brand: 'HLS', address: 'https://HOST/live/index.m3u8' },
	{ brand: 'A video file', address: 'file:street.mp4' }
];

const SCHEMES = ['rtsp:', 'rtsps:', 'http:', 'https:', 'file:'];

/** What is wrong with an address, as a sentence; null when the server may be asked. */
export function addressComplaint(text: string): string | null {
	const address = text.trim();
	if (address === '') return 'Type the camera’s address.';
	if (address.length > 2048) return 'An address has at most 2048 characters.';
	if (/\s/.test(address)) return 'An address holds no spaces; write a space in a password as %20.';
	const scheme = /^([a-z][a-z0-9+.-]*:)/i.exec(address)?.[1]?.toLowerCase();
	if (!scheme || (!SCHEMES.includes(scheme) && !address.includes('://'))) {
		return 'Begin with rtsp://, rtsps://, http://, https:// or file:';
	}
	if (!SCHEMES.includes(scheme))
		return `${scheme}// cannot be read. Use rtsp://, rtsps://, http://, https:// or file:`;
	return scheme === 'file:' ? fileComplaint(address) : networkComplaint(address);
}

function fileComplaint(address: string): string | null {
	return address.length > 'file:'.length ? null : 'Name a file in the server’s media folder: file:street.mp4';
}

function networkComplaint(address: string): string | null {
	const leftover = /\b(USER|PASSWORD|HOST|TOKEN)\b/.exec(address)?.[1];
	if (leftover) return `Put the camera’s own ${leftover.toLowerCase()} in place of ${leftover}.`;
	if (!/^[a-z]+:\/\/[^/]/i.test(address)) return 'Not a complete address: the host is missing.';
	const url = parsed(address);
	if (!url)
		return 'Not an address. Write / # ? @ : in a password as %2F %23 %3F %40 %3A, and the port as a number.';
	return url.hostname === '' ? 'Not a complete address: the host is missing.' : null;
}

/** Parsed with a scheme whose rules for hosts and ports every browser knows. */
function parsed(address: string): URL | null {
	try {
		return new URL(address.replace(/^rtsps?:/i, 'http:'));
	} catch {
		return null;
	}
}

/** An example with the host, user and password of what is typed already. */
export function fillExample(example: string, typed: string): string {
	const url = networkComplaint(typed.trim()) === null ? parsed(typed.trim()) : null;
	if (!url || !example.includes('HOST')) return example;
	const credentials = url.username
		? `${url.username}${url.password ? `:${url.password}` : ''}@`
		: 'USER:PASSWORD@';
	return example.replace('USER:PASSWORD@', credentials).replace('HOST', url.hostname);
}
