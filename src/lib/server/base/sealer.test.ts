// Sealed addresses: they open with the same key and stream alone, and say why they do not.
import { describe, expect, it } from 'vitest';
import { createSealer } from './sealer.ts';

const URL = 'rtsp://admin:hunter2-ü-🔑@10.0.0.5/live';
const sealer = createSealer('a key of some length', 'source-address v1');

describe('sealer', () => {
	it('opens what it sealed', () => {
		expect(sealer.unseal(sealer.seal(URL, 'stream-1'), 'stream-1')).toEqual({ ok: true, plain: URL });
	});

	it('opens it after a restart with the same key', () => {
		const sealed = sealer.seal(URL, 'stream-1');
		expect(createSealer('a key of some length', 'source-address v1').unseal(sealed, 'stream-1')).toEqual({
			ok: true,
			plain: URL
		});
	});

	it('never seals the same text twice alike, and shows nothing of it', () => {
		const sealed = [sealer.seal(URL, 's'), sealer.seal(URL, 's')];
		expect(sealed[0]).not.toBe(sealed[1]);
		expect(sealed.join()).not.toContain('hunter2');
		expect(sealed.join()).not.toContain(Buffer.from('hunter2').toString('base64url').slice(0, 8));
	});

	it('tells another key from damage', () => {
		const sealed = sealer.seal(URL, 's');
		expect(createSealer('another key', 'source-address v1').unseal(sealed, 's')).toEqual({
			ok: false,
			problem: 'wrong_key'
		});
		const parts = sealed.split('.');
		parts[3] = `${parts[3]!.slice(0, -2)}${parts[3]!.endsWith('AA') ? 'BB' : 'AA'}`;
		expect(sealer.unseal(parts.join('.'), 's')).toEqual({ ok: false, problem: 'damaged' });
	});

	it('does not open for another stream', () => {
		expect(sealer.unseal(sealer.seal(URL, 'one'), 'two')).toEqual({ ok: false, problem: 'damaged' });
	});

	it.each(['', 'v1', 'v2.a.b.c.d', 'rtsp://plain', 'v1....', 'v1.x.AAAA.AAAA.AAAA'])(
		'refuses %j without throwing',
		(text) => {
			expect(sealer.unseal(text, 's').ok).toBe(false);
		}
	);
});
