// Masked addresses coming back: the same camera keeps its password, another one never gets it.
import { describe, expect, it } from 'vitest';
import { maskUrl } from '../base/mask.ts';
import { restoreCredentials } from './credentials.ts';

const STORED = 'rtsp://admin:hun%40ter2@10.0.0.5:554/live?ch=1&token=abc';

describe('restoreCredentials', () => {
	it.each([
		[maskUrl(STORED), STORED],
		['rtsp://admin:***@10.0.0.5:554/other', 'rtsp://admin:hun%40ter2@10.0.0.5:554/other'],
		[
			'rtsp://admin:***@10.0.0.5:554/live?token=***&ch=2',
			'rtsp://admin:hun%40ter2@10.0.0.5:554/live?token=abc&ch=2'
		],
		['RTSP://admin:***@10.0.0.5:554/x', 'RTSP://admin:hun%40ter2@10.0.0.5:554/x'],
		['rtsp://admin:new@10.0.0.9/live', 'rtsp://admin:new@10.0.0.9/live'],
		['rtsp://10.0.0.9/***', 'rtsp://10.0.0.9/***']
	])('%s', (given, url) => expect(restoreCredentials(given, STORED)).toEqual({ ok: true, url }));

	it.each([
		['another host', 'rtsp://admin:***@10.0.0.6:554/live'],
		['another port', 'rtsp://admin:***@10.0.0.5:555/live'],
		['another user', 'rtsp://root:***@10.0.0.5:554/live'],
		['another scheme', 'rtsps://admin:***@10.0.0.5:554/live'],
		['another host for a token', 'rtsp://evil.example/live?token=***'],
		['a host hidden behind an @', 'rtsp://admin:***@10.0.0.5:554@evil.example/live'],
		['a parameter that is not stored', 'rtsp://admin:***@10.0.0.5:554/live?secret=***'],
		['not an address', 'rtsp://admin:***@:::/live']
	])('refuses %s', (_, given) => {
		const result = restoreCredentials(given, STORED);
		expect(result).toMatchObject({ ok: false, message: expect.stringContaining('type the password again') });
		expect(JSON.stringify(result)).not.toMatch(/hun|abc/);
	});

	it('refuses a mask where nothing is stored', () => {
		expect(restoreCredentials('rtsp://a:***@h/x', null).ok).toBe(false);
		expect(restoreCredentials('rtsp://a:***@h/x', 'rtsp://a@h/x').ok).toBe(false);
	});
});
