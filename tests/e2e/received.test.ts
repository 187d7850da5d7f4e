// An alert of Grafana in Chromium: it appears while one looks, says where it is from and what was told, leads to its camera, and is acknowledged.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebhookAddress } from '#lib/contracts/received.ts';
import {
	alertmanager,
	grafana,
	grafanaAlert,
	grafanaResolved,
	prometheusAlert
} from '#lib/server/received/testing/payloads.ts';
import { launchBrowser, openPage, signInOn, type WatchedPage } from '../support/browser.ts';
import {
	client,
	newDataDir,
	removeDataDir,
	setUp,
	startServer,
	type RunningServer
} from '../support/server.ts';

let server: RunningServer;
let browser: Browser;
let watched: WatchedPage;
let webhook: WebhookAddress;
let streamId: string;
const startsAt = new Date(Date.now() - 90_000).toISOString();
/** A place for pictures to be looked at; none are taken without it. */
const SHOTS = process.env['VF_TEST_SHOTS'];

beforeAll(async () => {
	[server, browser] = await Promise.all([startServer({ dataDir: newDataDir() }), launchBrowser()]);
	const admin = await setUp(server);
	const stream = { name: 'Yard', rtsp_url: 'rtsp://10.255.255.1/x', is_active: false };
	streamId = ((await admin.json('POST', '/api/v1/streams', stream)).body as { id: string }).id;
	webhook = (await admin.json('GET', '/api/v1/alerts/webhook')).body as WebhookAddress;
	watched = await openPage(browser, server.url);
	watched.page.setDefaultTimeout(10_000);
	await signInOn(watched.page);
});
afterAll(async () => {
	await browser?.close();
	await server?.end();
	if (server) removeDataDir(server.dataDir);
});

async function send(message: object): Promise<void> {
	const sender = client(server, { authorization: `Bearer ${webhook.token}` });
	expect((await sender.json('POST', '/api/v1/alerts/webhook', message)).status).toBe(200);
}

const lowFps = () =>
	grafanaAlert({ startsAt, labels: { ...grafanaAlert().labels, stream_id: streamId, severity: 'critical' } });

async function shoot(name: string): Promise<void> {
	if (SHOTS) await watched.page.screenshot({ path: `${SHOTS}/${name}.png` });
}

describe('an alert of Grafana', () => {
	it('has an address and a secret that admins find in the settings', async () => {
		const { page } = watched;
		await page.goto('/settings?tab=system');
		const section = page.getByRole('region', { name: /Grafana and Alertmanager/ });
		await section.getByText('/api/v1/alerts/webhook').waitFor();
		expect(await section.textContent()).not.toContain(webhook.token);
		await section.getByRole('button', { name: 'Show the secret' }).click();
		await section.getByText(webhook.token ?? '').waitFor();
		await section.scrollIntoViewIfNeeded();
		await shoot('settings-webhook');
	});

	it('appears while one looks, marked by a word and not by colour alone', async () => {
		const { page } = watched;
		await page.goto('/alerts');
		await page
			.getByText(/No alerts/i)
			.first()
			.waitFor();
		await send(grafana([lowFps()]));
		const row = page.getByRole('table', { name: 'Alerts' }).getByRole('row', { name: /Low Processing FPS/ });
		await row.getByText('Received', { exact: true }).waitFor({ timeout: 10_000 });
		expect(await row.textContent()).toContain('Yard');
		await row.getByRole('link').click();
	});

	it('tells what was told: who, figures, labels, and links to the sender', async () => {
		const detail = watched.page.getByRole('region', { name: /^Low Processing FPS/ });
		await detail.getByText('From Grafana, receiver vectorflow-alert-webhook, in 1 message').waitFor();
		await detail.getByText('fewer than 5 frames a second').waitFor();
		expect(await detail.textContent()).toContain('grafana_folder');
		const rule = detail.getByRole('link', { name: /Rule in Grafana/ });
		expect(await rule.getAttribute('href')).toBe(
			'http://grafana:3000/alerting/grafana/vf-low-fps/view?orgId=1'
		);
		expect(await rule.getAttribute('rel')).toContain('noopener');
		const live = detail.getByRole('link', { name: 'Watch live' }).first();
		expect(await live.getAttribute('href')).toBe(`/live?stream=${streamId}`);
		await shoot('received-grafana');
	});

	it('is acknowledged like our own, and ends when its end is told', async () => {
		const { page } = watched;
		const detail = page.getByRole('region', { name: /^Low Processing FPS/ });
		await detail.getByRole('button', { name: 'Acknowledge', exact: true }).first().click();
		await detail.getByText('Acknowledged').first().waitFor();
		await send(
			grafana([grafanaResolved({ startsAt, labels: lowFps().labels, endsAt: new Date().toISOString() })])
		);
		await detail.getByText('in 2 messages').waitFor({ timeout: 10_000 });
		await detail.getByText('Ended', { exact: true }).first().waitFor();
	});

	it('without a camera, from Alertmanager, and far too long, is readable on a phone too', async () => {
		const { page } = watched;
		const long = { alertname: 'L'.repeat(300), words: 'word '.repeat(2000), severity: 'info' };
		await send(
			alertmanager([
				prometheusAlert({ startsAt }),
				prometheusAlert({
					startsAt,
					fingerprint: 'long',
					labels: long,
					annotations: { description: '<b>x</b> '.repeat(900) },
					generatorURL: 'javascript:alert(1)'
				})
			])
		);
		await page.goto('/alerts?source=grafana');
		await page
			.getByRole('row', { name: /VectorFlowStreamError/ })
			.getByText('no camera')
			.waitFor();
		await page
			.getByRole('row', { name: /LLLLLL/ })
			.getByRole('link')
			.click();
		const detail = page.getByRole('region', { name: /^LLLL/ });
		await detail.getByText(/From Alertmanager/).waitFor();
		expect(await detail.getByRole('link', { name: /Prometheus/ }).count()).toBe(0);
		await shoot('received-long');
		await page.setViewportSize({ width: 390, height: 844 });
		const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
		expect(await overflow()).toBeLessThanOrEqual(0);
		await shoot('received-phone-detail');
		await page.goto('/alerts');
		await page.getByText('Received', { exact: true }).first().waitFor();
		expect(await overflow()).toBeLessThanOrEqual(0);
		await shoot('received-phone-list');
		expect(watched.complaints).toEqual([]);
	});
});
