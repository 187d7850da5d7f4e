// Addresses, good and bad: what is opened, what is refused, and in which words.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDenyList } from '../base/deny.ts';
import { checkAddress, resolveSource, type SourcePolicy } from './source.ts';

const DENIED = ['169.254.0.0/16', 'fe80::/10', '10.9.0.0/16', '100.100.100.200'];
let root: string;
let policy: SourcePolicy;

beforeAll(async () => {
	root = await mkdtemp(path.join(tmpdir(), 'vf-source-'));
	await mkdir(path.join(root, 'media/sub'), { recursive: true });
	await mkdir(path.join(root, 'media-other'));
	await writeFile(path.join(root, 'media/walk.mp4'), 'x');
	await writeFile(path.join(root, 'media/sub/ünïcode 🎥.mp4'), 'x');
	await writeFile(path.join(root, 'media-other/secret.mp4'), 'x');
	await symlink(path.join(root, 'media-other/secret.mp4'), path.join(root, 'media/leak.mp4'));
	await symlink(path.join(root, 'media-other'), path.join(root, 'media/dir'));
	await symlink(path.join(root, 'media/walk.mp4'), path.join(root, 'media/inner.mp4'));
	policy = { mediaDirs: [path.join(root, 'media')], deny: createDenyList(DENIED) };
});
afterAll(() => rm(root, { recursive: true }));

async function resolved(address: string): Promise<string> {
	const result = await resolveSource(address, policy);
	return result.ok
		? `${result.source.kind} ${result.source.url}`
		: `${result.failure.code}: ${result.failure.message}`;
}

describe('network addresses', () => {
	it.each([
		['rtsp://10.0.0.5/live', 'rtsp rtsp://10.0.0.5/live'],
		['RTSP://Cam.Example:8554/Live?x=1', 'rtsp rtsp://cam.example:8554/Live?x=1'],
		['rtsps://u@cam.example/a', 'rtsp rtsps://u@cam.example/a'],
		['rtsp://u:p%40ss@cam.example/a', 'rtsp rtsp://u:p%40ss@cam.example/a'],
		['rtsp://u:p@ss@cam.example/a', 'rtsp rtsp://u:p%40ss@cam.example/a'],
		['rtsp://[2001:db8::1]:554/a', 'rtsp rtsp://[2001:db8::1]:554/a'],
		['http://cam.example/video.m3u8', 'http http://cam.example/video.m3u8'],
		['https://cam.example:8443/mjpeg?a=b', 'http https://cam.example:8443/mjpeg?a=b'],
		['http://kamera.straße.example/x', 'http http://kamera.xn--strae-oqa.example/x'],
		['rtsp://0x7f.1/x', 'rtsp rtsp://127.0.0.1/x'],
		['rtsp://2130706433:8554/x', 'rtsp rtsp://127.0.0.1:8554/x']
	])('%s', async (address, expected) => expect(await resolved(address)).toBe(expected));

	it.each([
		['', 'This is not an address'],
		['camera', 'This is not an address'],
		['10.0.0.5/live', 'This is not an address'],
		['rtsp:/10.0.0.5/live', 'This is not an address'],
		['ftp://cam.example/x', 'The scheme ftp:// cannot be read'],
		['concat://a|b', 'The scheme concat:// cannot be read'],
		['javascript://alert(1)', 'The scheme javascript:// cannot be read'],
		['rtsp://', 'cannot be understood'],
		['rtsp:///live', 'cannot be understood'],
		['rtsp://cam.example:99999/x', 'cannot be understood'],
		['rtsp://cam.example:http/x', 'cannot be understood'],
		['rtsp://cam.example:0/x', 'Port 0'],
		['rtsp://ca m/x', 'cannot be understood'],
		['rtsp://1.2.3.4.5/x', 'cannot be understood'],
		['rtsp://256.1.1.1/x', 'cannot be understood'],
		['rtsp://[::1/x', 'cannot be understood'],
		["rtsp://cam/x\nfile '/etc/passwd'", 'control characters'],
		['rtsp://cam/\u0000', 'control characters'],
		[`rtsp://cam/${'a'.repeat(10_000)}`, 'longer than 2048']
	])('%j is refused', async (address, words) => {
		const answer = await resolved(address);
		expect(answer).toMatch(/^bad_address: /);
		expect(answer).toContain(words);
	});

	it.each([
		'rtsp://admin:12/34@cam/x',
		'rtsp://admin:12?34@cam/x',
		'rtsp://admin:12#34@cam/x',
		'rtsp://admin:pa/ss12/34@cam/x'
	])('tells how to write the password of %s, and does not repeat it', async (address) => {
		const result = await resolveSource(address, policy);
		expect(result).toMatchObject({
			ok: false,
			failure: { code: 'bad_address', advice: expect.stringContaining('%2F') }
		});
		expect(JSON.stringify(result)).not.toMatch(/12|34/);
	});
});

describe('denied networks', () => {
	it.each([
		'http://169.254.169.254/latest/meta-data',
		'rtsp://169.254.1.1/x',
		'rtsp://2852039166/x',
		'rtsp://0xa9fea9fe/x',
		'rtsp://0251.0376.0251.0376/x',
		'http://169.254.43518/x',
		'rtsp://[::ffff:169.254.169.254]/x',
		'rtsp://[::ffff:a9fe:a9fe]/x',
		'rtsp://[::169.254.169.254]/x',
		'rtsp://[64:ff9b::a9fe:a9fe]/x',
		'rtsp://[2002:a9fe:a9fe::1]/x',
		'rtsp://[fe80::1]/x',
		'rtsp://u:p@10.9.200.1/x',
		'rtsp://100.100.100.200/x'
	])('%s', async (address) => expect(await resolved(address)).toMatch(/^not_allowed: .*may not be reached/));

	it('leaves the neighbours alone', async () => {
		for (const host of [
			'10.8.255.255',
			'10.10.0.0',
			'169.253.255.255',
			'100.100.100.201',
			'[2001:db8::a9fe:a9fe]'
		]) {
			expect(await resolved(`rtsp://${host}/x`)).toMatch(/^rtsp /);
		}
	});

	it('looks names up again before each connection, and refuses one that leads there by any address', async () => {
		const result = await resolveSource('rtsp://camera.example/x', policy);
		if (!result.ok) throw new Error('must resolve');
		const answers = [['10.0.0.5'], ['10.0.0.5', '169.254.169.254']];
		const moving = { ...policy, resolveName: async () => answers.shift()! };
		expect(await checkAddress(result.source, moving)).toBeNull();
		expect(await checkAddress(result.source, moving)).toMatchObject({ code: 'not_allowed' });
	});

	it('tells a name that does not resolve', async () => {
		const result = await resolveSource('rtsp://u:hunter2@camera.invalid/x', policy);
		if (!result.ok) throw new Error('must resolve');
		const failure = await checkAddress(result.source, {
			...policy,
			resolveName: () => Promise.reject(new Error('ENOTFOUND'))
		});
		expect(failure).toMatchObject({
			code: 'no_such_host',
			message: 'The name camera.invalid does not resolve'
		});
	});

	it.each(['10.0.0.0/33', 'fe80::/129', 'example.com', '10.0.0/8', '', '1.2.3.4/x'])(
		'names the unreadable entry %j',
		(range) => {
			expect(() => createDenyList([range])).toThrow(/VF_SOURCE_DENY/);
		}
	);
});

describe('files', () => {
	const at = (name: string) => path.join(root, name);

	it.each([
		[() => at('media/walk.mp4'), 'media/walk.mp4'],
		[() => `file://${at('media/walk.mp4')}`, 'media/walk.mp4'],
		[() => `file:${at('media/walk.mp4')}`, 'media/walk.mp4'],
		[() => 'file:walk.mp4', 'media/walk.mp4'],
		[() => 'file:sub/ünïcode 🎥.mp4', 'media/sub/ünïcode 🎥.mp4'],
		[() => at('media/inner.mp4'), 'media/walk.mp4'],
		[() => at('media/sub/../walk.mp4'), 'media/walk.mp4']
	])('opens the real path (%#)', async (address, expected) => {
		expect(await resolved(address())).toBe(`file ${at(expected)}`);
	});

	it.each([
		[() => at('media/leak.mp4'), 'a link out of the folder'],
		[() => at('media/dir/secret.mp4'), 'through a linked folder'],
		[() => at('media-other/secret.mp4'), 'a folder whose name begins alike'],
		[() => at('media/../media-other/secret.mp4'), 'dots'],
		[() => `file://${at('media')}/%2e%2e/media-other/secret.mp4`, 'encoded dots'],
		[() => '/etc/passwd', 'elsewhere'],
		[() => '/etc/no-such-file', 'elsewhere and missing, which is not told'],
		[() => at('media'), 'the folder itself']
	])('refuses %#: %s', async (address) => expect(await resolved(address())).toMatch(/^not_allowed: /));

	it.each(['file:../media-other/secret.mp4', 'file:leak.mp4', 'file:missing.mp4'])(
		'%s finds nothing',
		async (address) => {
			expect(await resolved(address)).toMatch(/^file_missing: /);
		}
	);

	it('tells a missing file and a folder', async () => {
		expect(await resolved(at('media/none.mp4'))).toMatch(/^file_missing: There is no file /);
		expect(await resolved(at('media/sub'))).toMatch(/^not_video: /);
	});

	it.each(['file://server/share/x.mp4', 'file:///a%2Fb.mp4', 'file:///%00'])(
		'%s is no file address here',
		async (address) => {
			expect(await resolved(address)).toMatch(/^(bad_address|not_allowed): /);
		}
	);

	it('notices, before each connection, a file that is gone', async () => {
		await writeFile(at('media/gone.mp4'), 'x');
		const result = await resolveSource(at('media/gone.mp4'), policy);
		if (!result.ok) throw new Error('must resolve');
		expect(await checkAddress(result.source, policy)).toBeNull();
		await rm(at('media/gone.mp4'));
		expect(await checkAddress(result.source, policy)).toMatchObject({ code: 'file_missing' });
	});
});
