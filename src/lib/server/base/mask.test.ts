// No password and no token survives masking, in addresses and in the text of other programs.
import { describe, expect, it } from 'vitest';
import { maskText, maskUrl, secretsOf } from './mask.ts';

describe('maskUrl', () => {
	it.each([
		['rtsp://admin:hunter2@10.0.0.4:554/live', 'rtsp://admin:***@10.0.0.4:554/live'],
		['rtsps://admin:p%40ss@host/path', 'rtsps://admin:***@host/path'],
		['rtsp://admin:p@ss:w@host/path', 'rtsp://admin:***@host/path'],
		['rtsp://admin:it\'s "it"@host/path', 'rtsp://admin:***@host/path'],
		['rtsp://:secret@host/', 'rtsp://:***@host/'],
		['rtsp://admin@host/path', 'rtsp://admin@host/path'],
		['rtsp://host/path', 'rtsp://host/path'],
		['http://cam/v.cgi?user=admin&pwd=hunter2', 'http://cam/v.cgi?user=admin&pwd=***'],
		['http://cam/v?loginuse=a&loginpas=b&x=1', 'http://cam/v?loginuse=a&loginpas=***&x=1'],
		['https://cam/hls.m3u8?token=abc#t=1', 'https://cam/hls.m3u8?token=***#t=1'],
		['https://cam/x?api_key=abc&Authorization=z', 'https://cam/x?api_key=***&Authorization=***'],
		['/media/clip.mp4', '/media/clip.mp4'],
		['', '']
	])('%s → %s', (url, masked) => {
		expect(maskUrl(url)).toBe(masked);
	});

	it.each([
		'rtsp://admin:hunt/er2@host/path',
		'rtsp://admin:hun?ter2@[bad/path',
		'rtsp://ad min:hunter2 x@host/'
	])('hides the password of an address no parser reads: %s', (url) => {
		expect(maskUrl(url)).not.toMatch(/hun|er2/);
	});

	it('changes nothing when applied twice', () => {
		const once = maskUrl('rtsp://admin:hunter2@host/path?token=abc');
		expect(maskUrl(once)).toBe(once);
	});
});

describe('maskText', () => {
	it('masks every address in what ffmpeg prints', () => {
		const line = "[rtsp @ 0x1] Could not open 'rtsp://a:hunter2@h/p?pwd=x', then http://b:hunter3@h2/";
		expect(maskText(line)).toBe(
			"[rtsp @ 0x1] Could not open 'rtsp://a:***@h/p?pwd=***', then http://b:***@h2/"
		);
	});

	it('masks known secrets wherever and however they are spelled', () => {
		const text = 'sent p%40ss%2Fword, p%40ss%2fword and p@ss/word';
		expect(maskText(text, ['p%40ss%2Fword'])).toBe('sent ***, *** and ***');
		expect(maskText(text, ['p@ss/word'])).toBe('sent ***, *** and ***');
	});

	it('leaves text whole when a secret is too short to tell from it', () => {
		expect(maskText('a stream at a host', ['a'])).toBe('a stream at a host');
	});

	it('survives a secret that is not percent-encoded properly', () => {
		expect(maskText('100%zz', ['100%zz'])).toBe('***');
	});
});

describe('secretsOf', () => {
	it('finds the password and the secret parameters', () => {
		expect(secretsOf('rtsp://admin:p%40ss@host/x?token=abc&q=1')).toEqual(['p%40ss', 'abc']);
		expect(secretsOf('rtsp://admin@host/x')).toEqual([]);
		expect(secretsOf('rtsp://admin:***@host/x')).toEqual([]);
	});
});
