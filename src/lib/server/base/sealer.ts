// Secrets at rest: AES-256-GCM under a key derived from VF_SECRET_KEY for one purpose, bound to the record they belong to.
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const VERSION = 'v1';
const IV_BYTES = 12;
const KEY_ID_BYTES = 6;

/** Told apart because they need different hands: the operator restores a key, or types an address again. */
export type UnsealProblem = 'wrong_key' | 'damaged';

export interface Sealer {
	/** `v1.<key id>.<iv>.<ciphertext>.<tag>`, base64url. `context` (the record's id) must be given again to open it. */
	seal(plain: string, context: string): string;
	unseal(
		sealed: string,
		context: string
	): { ok: true; plain: string } | { ok: false; problem: UnsealProblem };
}

/** `purpose` keeps what one room seals from being opened by another. */
export function createSealer(secretKey: string, purpose: 'source-address v1' | 'channel v1'): Sealer {
	const key = Buffer.from(hkdfSync('sha256', secretKey, 'vector-flow', purpose, 32));
	const keyId = createHash('sha256').update(key).digest().subarray(0, KEY_ID_BYTES).toString('base64url');

	function seal(plain: string, context: string): string {
		const iv = randomBytes(IV_BYTES);
		const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
		const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
		const parts = [iv, body, cipher.getAuthTag()].map((part) => part.toString('base64url'));
		return [VERSION, keyId, ...parts].join('.');
	}

	function unseal(sealed: string, context: string): ReturnType<Sealer['unseal']> {
		const [version, id, ...parts] = sealed.split('.');
		const [iv, body, tag] = parts.map((part) => Buffer.from(part, 'base64url'));
		if (version !== VERSION || !iv || !body || tag?.length !== 16) return { ok: false, problem: 'damaged' };
		if (id !== keyId) return { ok: false, problem: 'wrong_key' };
		try {
			const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context)).setAuthTag(tag);
			return { ok: true, plain: Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8') };
		} catch {
			return { ok: false, problem: 'damaged' };
		}
	}

	return { seal, unseal };
}
