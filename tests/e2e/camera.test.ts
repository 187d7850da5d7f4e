// The product's promise, in Chromium: sign in, add a real RTSP camera, see arrows move, lose the camera, read why, get it back.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRtspCamera, type RtspCamera } from '../cameras/camera.ts';
import { arrowShare, launchBrowser, openPage, signInOn, type WatchedPage } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import {
	ADMIN,
	newDataDir,
	removeDataDir,
	setUp,
	startServer,
	type Client,
	type RunningServer
} from '../support/server.ts';

const CLIP = fileURLToPath(new URL('../../scenes/loops/junction.mp4', import.meta.url));
const PASSWORD = 'pl4nted-s3cret';
const PICTURE = 'canvas[aria-label*="live picture"]';
let server: RunningServer;
let camera: RtspCamera;
let browser: Browser;
let watched: WatchedPage;
let admin: Client;

beforeAll(async () => {
	// The test's camera is on loopback, which the default deny list leaves open.
	[server, camera, browser] = await Promise.all([
		startServer({ dataDir: newDataDir() }),
		startRtspCamera({ file: CLIP, user: 'operator', password: PASSWORD }),
		launchBrowser()
	]);
	watched = await openPage(browser, server.url);
	admin = await setUp(server);
});

afterAll(async () => {
	await browser?.close();
	await camera?.stop();
	await server?.end();
	if (server) removeDataDir(server.dataDir);
});

/** How the only camera is doing. */
async function healthOf(): Promise<{ status?: string; runId?: string }> {
	const { body } = await admin.json('GET', '/api/v1/streams/health');
	return (body as { status: string; runId: string }[])[0] ?? {};
}

describe('a camera, from nothing to moving arrows and back from the dead', () => {
	it('sends a stranger to the sign-in, tells a wrong password, and lets the admin in', async () => {
		const { page } = watched;
		await page.goto('/?add=1');
		await page.waitForURL(/\/login\?next=/);
		await page.getByLabel('E-mail').fill(ADMIN.email);
		await page.getByLabel('Password', { exact: true }).fill('not the password');
		await page.getByRole('button', { name: 'Sign in' }).click();
		await page.getByText('E-mail or password is wrong').waitFor();
		await signInOn(page);
	});

	it('says why an address gives no picture, before anything is saved', async () => {
		const { page } = watched;
		await page.goto('/?add=1');
		const address = page.getByLabel('Address', { exact: true });
		await address.fill(camera.address({ password: 'wrong' }));
		await page.getByRole('button', { name: 'Look', exact: true }).click();
		await page
			.getByRole('alert')
			.filter({ hasText: /password/i })
			.waitFor({ timeout: 15_000 });
		expect(await page.getByRole('dialog').textContent()).not.toContain(PASSWORD);
	});

	it('looks, names, places and shows the camera live within 30 s of saving', async () => {
		const { page } = watched;
		await page.getByLabel('Address', { exact: true }).fill(camera.url);
		await page.getByRole('button', { name: /^Look/ }).click();
		await page.getByText(/Answered in/).waitFor({ timeout: 15_000 });
		await page.getByRole('button', { name: 'Name it' }).click();
		await page.getByLabel('Name', { exact: true }).fill('North gate');
		await page.getByRole('button', { name: 'Add and start' }).click();
		await page.waitForURL(/stream=/);
		await eventually(
			() => arrowShare(page, PICTURE).catch(() => 0),
			(share) => share > 0.0005,
			30
		);
	});

	it('draws other arrows a moment later', async () => {
		const { page } = watched;
		const picture = () =>
			page
				.locator(PICTURE)
				.first()
				.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL('image/jpeg', 0.5));
		const before = await picture();
		await eventually(picture, (now) => now !== before, 10);
	});

	it('draws the arrows alone, and hides them at once, without touching the run', async () => {
		const { page } = watched;
		const runId = async () => (await healthOf()).runId;
		const before = await runId();
		const toggle = (name: string) => page.getByRole('button', { name, exact: true }).click();
		// Without the feed nothing but an arrow has a hue: what is coloured now was measured.
		await toggle('Feed');
		await eventually(
			() => arrowShare(page, PICTURE),
			(share) => share > 0.0002,
			20
		);
		await toggle('Arrows');
		await eventually(
			() => arrowShare(page, PICTURE),
			(share) => share === 0,
			2
		);
		await toggle('Arrows');
		await toggle('Feed');
		expect(await runId()).toBe(before);
	});

	it('tells in words that the camera is gone, and recovers when it is back', async () => {
		const { page } = watched;
		await camera.kill();
		await page
			.getByText(/Connection refused/i)
			.first()
			.waitFor({ timeout: 40_000 });
		await camera.revive();
		// Whoever is impatient presses the button; the camera may come back by itself before the click lands.
		await page
			.getByRole('button', { name: 'Try now' })
			.first()
			.click({ timeout: 3_000 })
			.catch(() => {});
		await eventually(
			async () => (await healthOf()).status,
			(status) => status === 'connected',
			70
		);
		await eventually(
			() => arrowShare(page, PICTURE).catch(() => 0),
			(share) => share > 0.0005,
			20
		);
	});

	it('never lets the camera password out: page, API, logs, process list, data on disk', async () => {
		const { page } = watched;
		const [stream] = (await admin.json('GET', '/api/v1/streams')).body as { id: string }[];
		const paths = ['', '/health', '/worker-logs?tail=500', '/runs'].map(
			(rest) => `/api/v1/streams/${stream?.id}${rest}`
		);
		const answers = await Promise.all(
			['/api/v1/streams', '/api/v1/streams/health', '/health', ...paths].map(async (path) =>
				(await admin.fetch(path)).text()
			)
		);
		// The test's own camera is told its password on its command line; it is not the product's.
		const seen = [
			await page.content(),
			server.output(),
			...answers,
			...commandLines().filter((line) => !line.includes('rtsp_camera.py'))
		];
		expect(answers.join()).toContain('***');
		expect(seen.filter((text) => text.includes(PASSWORD))).toEqual([]);
		expect(spawnSync('grep', ['-rlaF', PASSWORD, server.dataDir], { encoding: 'utf8' }).stdout).toBe('');
	});

	it('leaves no page complaining', () => {
		expect(watched.complaints).toEqual([]);
	});
});

function commandLines(): string[] {
	return readdirSync('/proc')
		.filter((entry) => /^\d+$/.test(entry))
		.map((pid) => {
			try {
				return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
			} catch {
				return ''; // It has ended since.
			}
		});
}
