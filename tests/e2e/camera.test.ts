// The product's promise, in Chromium: sign in, add a real RTSP camera, see arrows move, lose the camera, read why, get it back.
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRtspCamera, type RtspCamera } from '../cameras/camera.ts';
import { arrowShare, launchBrowser, openPage, signInOn, type WatchedPage } from '../support/browser.ts';
import { ADMIN, eventually, startProduct, type Call, type Product } from '../support/product.ts';

const CLIP = fileURLToPath(new URL('../../scenes/loops/junction.mp4', import.meta.url));
const PASSWORD = 'pl4nted-s3cret';
const PICTURE = 'canvas[aria-label*="live picture"]';
let product: Product;
let camera: RtspCamera;
let browser: Browser;
let watched: WatchedPage;
let call: Call;

beforeAll(async () => {
	// The test's camera is on loopback, which the default deny list leaves open.
	[product, camera, browser] = await Promise.all([
		startProduct(),
		startRtspCamera({ file: CLIP, user: 'operator', password: PASSWORD }),
		launchBrowser()
	]);
	watched = await openPage(browser, product.url);
	call = await product.signIn();
});

afterAll(async () => {
	await browser?.close();
	await camera?.stop();
	await product?.dispose();
});

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
		const runId = async () =>
			((await (await call('/api/v1/streams/health')).json()) as { runId: string }[])[0]?.runId;
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
			async () => ((await (await call('/api/v1/streams/health')).json()) as { status: string }[])[0]?.status,
			(status) => status === 'connected',
			70
		);
		await eventually(
			() => arrowShare(page, PICTURE).catch(() => 0),
			(share) => share > 0.0005,
			20
		);
	});

	it('never shows the camera password, and no page complained', async () => {
		const { page, complaints } = watched;
		expect(await page.content()).not.toContain(PASSWORD);
		expect(product.output()).not.toContain(PASSWORD);
		expect(complaints).toEqual([]);
	});
});
