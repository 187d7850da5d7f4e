// Headers every answer carries; the content security policy is SvelteKit's, in vite.config.ts, but for the one frame.
import type { Config } from '../config/index.ts';

export function secureHeaders(headers: Headers, config: Pick<Config, 'origin'>): void {
	headers.set('x-content-type-options', 'nosniff');
	headers.set('x-frame-options', 'SAMEORIGIN');
	headers.set('referrer-policy', 'same-origin');
	headers.set('cross-origin-opener-policy', 'same-origin');
	// One's own position on the map, and one's own webcam as a source; nothing else.
	headers.set('permissions-policy', 'geolocation=(self), camera=(self), microphone=(), payment=(), usb=()');
	if (config.origin.startsWith('https:')) headers.set('strict-transport-security', 'max-age=31536000');
}

const POLICY = 'content-security-policy';

/** Lets a page frame pages of one address beside our own policy, and no other; an address that a policy cannot name is not let. */
export function allowFrame(headers: Headers, address: string): void {
	const policy = headers.get(POLICY);
	const { origin } = new URL(address);
	if (policy === null || /[;,'\s]/.test(origin)) return;
	headers.set(POLICY, `${policy}; frame-src ${origin}`);
}
