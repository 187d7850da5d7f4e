// Credentials out of addresses and texts, before anything is logged, answered or shown.

/** What stands where a secret was. */
export const MASK = '***';

const SECRET_PARAMETER =
	/([?&;](?:pass|passwd|password|pwd|pw|token|access_token|auth|key|apikey|api_key|secret|sig|signature)=)[^&;#\s'"<>]*/gi;

// scheme://user:password@ — greedy up to the last @, because passwords hold @ and / when nobody encoded them.
const USERINFO = /\b([a-z][a-z0-9+.-]*:\/\/[^\s'"<>:/@]*):[^\s'"<>]*@/gi;

/** The address as it may be shown: `rtsp://admin:***@10.0.0.5/live?token=***`. A user name alone is no secret. */
export function maskUrl(url: string): string {
	return maskText(url);
}

/** Masks every address within a text. */
export function maskText(text: string): string {
	return text.replace(USERINFO, `$1:${MASK}@`).replace(SECRET_PARAMETER, `$1${MASK}`);
}
