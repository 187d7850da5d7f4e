// Where cameras run, in Chromium: one labelled instance in Settings, a camera told where to run, told where nobody is, and told back.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamHealth } from '#lib/contracts/status.ts';
import type { StreamRecord } from '#lib/contracts/stream.ts';
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
let admin: Client;
let id: string;

beforeAll(async () => {
	[server, browser] = await Promise.all([
		startServer({
			dataDir: newDataDir(),
			env: { VF_INSTANCE_ID: 'north-1', VF_LABELS: 'site=north,gpu=yes', VF_MAX_STREAMS: '7' }
		}),
		launchBrowser()
	]);
	admin = await setUp(server);
	const added = await admin.json('POST', '/api/v1/streams', {
		name: 'Junction',
		rtsp_url: FILM,
		fps: 5,
		detection_enabled: false
	});
	expect(added.status).toBe(201);
	id = (added.body as StreamRecord).id;
	watched = await openPage(browser, server.url);
	await signInOn(watched.page);
});

afterAll(async () => {
	await browser?.close();
	await server?.end();
	if (server) removeDataDir(server.dataDir);
});

const health = async () => (await admin.json('GET', `/api/v1/streams/${id}/health`)).body as StreamHealth;
const placement = async () =>
	((await admin.json('GET', `/api/v1/streams/${id}`)).body as StreamRecord).placement;
const field = (page: Page) => page.getByRole('group', { name: /^Where it runs/ });

async function save(page: Page): Promise<void> {
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await page.getByRole('region', { name: 'Unsaved changes' }).waitFor({ state: 'detached' });
}

describe('one labelled instance, and a camera that asks for labels', () => {
	it('stands in the settings with its state, roles, labels and load, and how to add another', async () => {
		const { page } = watched;
		await eventually(health, ({ status }) => status === 'connected', 30);
		await page.goto('/settings');
		await page.getByRole('tab', { name: 'Instances' }).click();
		const row = page.getByRole('list', { name: 'Instances' }).getByRole('listitem');
		await row.getByText('1 of 7').waitFor();
		for (const words of ['north-1', 'this one', /^Up for/, 'web, worker, relay', 'site=north', 'gpu=yes'])
			expect(await row.getByText(words).count(), String(words)).toBe(1);
		await page.getByText('To add another').waitFor();
		expect(await page.getByText('Messages set aside').count()).toBe(0);
	});

	it('offers its labels to a camera, and keeps the run that bears them', async () => {
		const { page } = watched;
		const run = (await health()).runId;
		await page.goto(`/?stream=${id}&tab=connection`);
		await page.getByText('north-1', { exact: true }).waitFor();
		await field(page).getByRole('button', { name: 'Ask for site=north' }).click();
		await field(page).getByText('Runs on north-1.').waitFor();
		await save(page);
		expect(await placement()).toEqual({ site: 'north' });
		expect(await health()).toMatchObject({ status: 'connected', runId: run });
	});

	it('refuses what is no label before it is sent', async () => {
		const { page } = watched;
		const input = field(page).locator('input');
		for (const [typed, words] of [
			['gpu', /as site=north/],
			['GPU=yes', /lower case/],
			['rack=two words', /1 to 63 letters/]
		] as const) {
			await input.fill(typed);
			await input.press('Enter');
			await field(page).getByText(words).waitFor();
		}
		await input.fill('');
		expect(await page.getByRole('region', { name: 'Unsaved changes' }).count()).toBe(0);
	});

	it('warns of labels nobody bears, and says so of the camera while it waits', async () => {
		const { page } = watched;
		await field(page).locator('input').fill('rack=none');
		await field(page).locator('input').press('Enter');
		await field(page)
			.getByText(/^No instance that is up bears these labels/)
			.waitFor();
		await save(page);
		const waiting = await eventually(health, ({ status }) => status === 'worker_down', 20);
		expect(waiting.detail).toMatch(/^No instance bears .*rack=none/);
		const list = page.getByRole('region', { name: 'Cameras' });
		await list.getByText(waiting.detail!).waitFor();
		await page.getByRole('definition').getByText('no instance').waitFor();
	});

	it('runs again once the label is taken back', async () => {
		const { page } = watched;
		await field(page).getByRole('button', { name: 'Remove rack=none' }).click();
		await save(page);
		expect(await placement()).toEqual({ site: 'north' });
		await eventually(health, ({ status, instance }) => status === 'connected' && instance === 'north-1', 20);
	});

	it('asks for the place when a camera is added, and looks from there', async () => {
		const { page } = watched;
		await page.goto('/?add=1');
		const dialog = page.getByRole('dialog');
		await dialog.getByLabel('Address', { exact: true }).fill(FILM);
		await dialog.getByRole('button', { name: 'Ask for gpu=yes' }).click();
		await field(page).last().locator('input').fill('rack=none');
		await dialog.getByRole('button', { name: /^Look/ }).click();
		await dialog.getByText(/nothing can look/).waitFor();
		await dialog.getByRole('button', { name: 'Add it anyway' }).waitFor();
		await dialog.getByRole('button', { name: 'Remove rack=none' }).click();
		await dialog.getByRole('button', { name: /^Look/ }).click();
		await dialog.getByRole('button', { name: 'Name it' }).click({ timeout: 20_000 });
		await dialog.getByLabel('Name', { exact: true }).fill('Second');
		await dialog.getByRole('button', { name: 'Add and start' }).click();
		await page.waitForURL(/stream=/);
		const all = (await admin.json('GET', '/api/v1/streams')).body as StreamRecord[];
		expect(all.find(({ name }) => name === 'Second')?.placement).toEqual({ gpu: 'yes' });
	});

	it('leaves no page complaining', () => {
		expect(watched.complaints).toEqual([]);
	});
});
