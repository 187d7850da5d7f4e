// Addresses as people type them.
import { describe, expect, it } from 'vitest';
import { addressComplaint, EXAMPLES, fillExample } from './addresses.ts';

describe('complaints', () => {
	it.each([
		'rtsp://10.0.0.5/live',
		'rtsp://viewer:secret@10.20.4.18:554/ch1',
		'RTSPS://camera.example:322/x',
		'http://[2001:db8::1]:8080/video.mjpg',
		'https://example.org/live/index.m3u8',
		'file:street.mp4',
		'  rtsp://10.0.0.5/live  '
	])('none about %s', (address) => expect(addressComplaint(address)).toBeNull());

	it.each([
		['', /Type the camera/],
		['   ', /Type the camera/],
		['10.0.0.5', /Begin with rtsp/],
		['camera:554/live', /Begin with rtsp/],
		['ftp://10.0.0.5/x', /^ftp:\/\/ cannot be read/],
		['javascript://x', /cannot be read/],
		['rtsp://', /host is missing/],
		['rtsp:///live', /host is missing/],
		['rtsp://host:port/live', /Not an address/],
		['rtsp://host:99999/live', /Not an address/],
		['rtsp://my camera/live', /no spaces/],
		['rtsp://USER:PASSWORD@10.0.0.5/live', /in place of USER/],
		['file:', /media folder/],
		[`rtsp://h/${'x'.repeat(2050)}`, /at most 2048/]
	])('about %j', (address, complaint) => expect(addressComplaint(address)).toMatch(complaint));
});

it('keeps what was typed when an example is chosen', () => {
	const example = EXAMPLES[1]?.address ?? '';
	expect(fillExample(example, 'rtsp://bob:x%40y@10.0.0.5:8554/old')).toBe(
		'rtsp://bob:x%40y@10.0.0.5:554/Streaming/Channels/101'
	);
	expect(fillExample(example, 'rtsp://10.0.0.5')).toBe(
		'rtsp://USER:PASSWORD@10.0.0.5:554/Streaming/Channels/101'
	);
	expect(fillExample(example, 'nonsense')).toBe(example);
});
