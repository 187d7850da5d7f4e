// The API's page in Chromium: found by words, tried with the session and with a key, pictures and events shown, removals asked about.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, openPage, signInOn, type WatchedPage } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import {
	film,
	newDataDir,
	removeDataDir,
	setUp,
	startServer,
	type Client,
	type RunningServer
} from '../support/server.ts';

const FILM = film('junction');
let server: RunningServer;
let browser: Browser;
let watched: WatchedPage;
let page: Page;
let admin: Client;
let id: string;
let key: string;

beforeAll(async () => {
	[server, browser] = await Promise.all([startServer({ dataDir: newDataDir() }), launchBrowser()]);
	admin = await setUp(server);
	const camera = { name: 'Junction', rtsp_url: FILM, fps: 5, detection_enabled: false };
	id = ((await admin.json('POST', '/api/v1/streams', camera)).body as { id: string }).id;
	const viewer = { name: 'Wall', role: 'viewer' };
	key = ((await admin.json('POST', '/api/v1/api-keys', viewer)).body as { key: string }).key;
	watched = await openPage(browser, server.url);
	({ page } = watched);
	await signInOn(page);
});

afterAll(async () => {
	await browser?.close();
	await server?.end();
	if (server) removeDataDir(server.dataDir);
});

const answer = () => page.getByRole('region', { name: 'Answer' });
const status = () => answer().locator('h3 .mono').textContent();
const send = () => page.getByRole('button', { name: /^Send/ }).first().click();

async function open(call: string): Promise<void> {
	await page.goto(`/docs?call=${call}`);
	await page.getByRole('tab', { name: 'Try it' }).waitFor();
}

it('is found from the keys, lists every call, and finds one by words', async () => {
	await page.goto('/settings?tab=keys');
	await page.getByRole('link', { name: 'Read and try the API' }).click();
	await page.getByRole('heading', { name: 'API', exact: true }).waitFor();
	const { body } = await admin.json('GET', '/api/v1/openapi.json');
	const told = Object.values((body as { paths: object }).paths).flatMap((methods: object) =>
		Object.keys(methods)
	);
	const list = page.getByRole('navigation', { name: 'Calls by chapter' });
	await list.getByRole('link').first().waitFor();
	expect(await list.getByRole('link').count()).toBe(told.length);
	await page.getByRole('searchbox', { name: 'Find a call' }).fill('delete zone');
	await list.getByRole('link', { name: 'Remove a zone' }).click();
	await page.getByRole('heading', { name: 'Remove a zone' }).waitFor();
	expect(new URL(page.url()).search).toBe('?call=delete_streams_id_zones_zone');
});

it('sends with the session, and shows status, time, headers and fields', async () => {
	await open('get_streams');
	await send();
	await answer().waitFor();
	expect(await status()).toBe('200');
	expect(await answer().textContent()).toMatch(/\d+ ms/);
	expect(await answer().locator('pre').textContent()).toContain(id);
	expect(await answer().locator('dl').textContent()).toContain('x-request-id');
	await page.getByRole('tab', { name: /Answers/ }).click();
	expect(await page.locator('#call-side').textContent()).toMatch(/rtsp_url.*401.*unauthenticated/s);
});

it('sends with a pasted key in place of the session, and forgets it', async () => {
	await open('delete_streams_id');
	await page.getByLabel('id (path)').fill(id);
	await page.getByLabel(/API key/).fill(key);
	await send();
	await page.getByRole('dialog').getByRole('button', { name: 'Send DELETE' }).click();
	await answer().waitFor();
	expect(await status()).toBe('403');
	expect((await admin.json('GET', `/api/v1/streams/${id}`)).status).toBe(200);
	expect(await page.locator('pre', { hasText: 'curl' }).textContent()).not.toContain(key);
	await page.reload();
	expect(await page.getByLabel(/API key/).inputValue()).toBe('');
	expect(
		JSON.stringify(await page.evaluate(() => [{ ...localStorage }, { ...sessionStorage }]))
	).not.toContain(key);
});

it('asks before it removes, and does nothing when told not to', async () => {
	await open('delete_streams_id');
	await page.getByLabel('id (path)').fill(id);
	await send();
	await page.getByRole('dialog').getByRole('button', { name: 'Do not send' }).click();
	expect(await answer().count()).toBe(0);
	expect((await admin.json('GET', `/api/v1/streams/${id}`)).status).toBe(200);
});

it('shows a picture, one of endless pictures, and events while they come', async () => {
	const health = async () =>
		(await admin.json('GET', `/api/v1/streams/${id}/health`)).body as { fps: number };
	await eventually(health, ({ fps }) => fps > 0);
	for (const call of ['get_streams_id_snapshot_jpg', 'get_streams_id_live_mjpeg']) {
		await open(call);
		await page.getByLabel('id (path)').fill(id);
		await send();
		const picture = answer().getByRole('img');
		await picture.waitFor();
		const width = () => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth);
		await eventually(width, (found) => found > 100);
	}
	await open('get_live');
	await send();
	await page
		.locator('pre', { hasText: 'event: heartbeat' })
		.or(page.locator('pre', { hasText: 'event:' }))
		.first()
		.waitFor();
	await answer().waitFor();
	expect(await answer().textContent()).toContain('It has no end');
});

it('refuses a body that is no JSON before it is sent, and shows why the server refuses another', async () => {
	await open('post_rules');
	const body = page.getByLabel(/^Body/);
	await body.fill('{');
	expect(await page.getByRole('button', { name: 'Send POST' }).isDisabled()).toBe(true);
	await body.fill('{"name": 7}');
	await send();
	await answer().waitFor();
	expect(await status()).toBe('400');
	expect(await answer().locator('pre').textContent()).toContain('"path": "name"');
});

it('fits a phone: the list, then the call, and back', async () => {
	await page.setViewportSize({ width: 390, height: 844 });
	await open('get_streams');
	const wide = await page.evaluate(() => document.documentElement.scrollWidth);
	expect(wide).toBeLessThanOrEqual(390);
	await page.getByRole('link', { name: 'All calls' }).click();
	await page.getByRole('searchbox', { name: 'Find a call' }).waitFor();
});

it('has nothing to complain about', () => {
	expect(watched.complaints).toEqual([]);
});
