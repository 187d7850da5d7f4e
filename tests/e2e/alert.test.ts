// From what moves to who must know, in Chromium: draw a zone, write a rule, see the demo's intruder alert once with its picture, acknowledge it.
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Locator } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

const FILM = film('yard');
/** Round the marked ground of the film. */
const CORNERS = [
	[0.49, 0.46],
	[0.715, 0.475],
	[0.755, 0.63],
	[0.45, 0.6]
] as const;
const SECRET = 'the receiver knows this too';
/** The film's loop: the intruder comes once in it. */
const LOOP_S = 28;

interface Received {
	headers: IncomingHttpHeaders;
	body: string;
}

let server: RunningServer;
let browser: Browser;
let watched: WatchedPage;
let admin: Client;
let receiver: Server;
let streamId: string;
const received: Received[] = [];

beforeAll(async () => {
	receiver = createServer((request, response) => {
		let body = '';
		request.on('data', (chunk) => (body += chunk));
		request.on('end', () => {
			received.push({ headers: request.headers, body });
			response.end('taken');
		});
	}).listen(0, '127.0.0.1');
	await once(receiver, 'listening');
	[server, browser] = await Promise.all([startServer({ dataDir: newDataDir() }), launchBrowser()]);
	admin = await setUp(server);
	await admin.json('POST', '/api/v1/channels', {
		name: 'Duty desk',
		type: 'webhook',
		config: {
			url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/alerts`,
			secret: SECRET
		}
	});
	watched = await openPage(browser, server.url);
	await signInOn(watched.page);
});

afterAll(async () => {
	await browser?.close();
	await server?.end();
	receiver?.close();
	if (server) removeDataDir(server.dataDir);
});

const alerts = async () =>
	(await admin.json('GET', '/api/v1/alerts')).body as { status: string; id: string }[];

async function press(sheet: Locator, [x, y]: readonly [number, number]): Promise<void> {
	const box = (await sheet.boundingBox())!;
	await sheet.click({ position: { x: x * box.width, y: y * box.height } });
}

describe('an intruder, from a zone drawn on the picture to the desk that must know', () => {
	it('shows the camera’s picture to draw on', async () => {
		const { page } = watched;
		const added = await admin.json('POST', '/api/v1/streams', { name: 'Yard', rtsp_url: FILM });
		expect(added.status).toBe(201);
		streamId = (added.body as { id: string }).id;
		await page.goto(`/rules?stream=${streamId}`);
		await page.locator('canvas[aria-label*="live picture"]').first().waitFor({ timeout: 30_000 });
	});

	it('draws an area with the mouse, and says what is wrong with a crossed one before saving it', async () => {
		const { page } = watched;
		await page.getByRole('button', { name: 'Draw an area' }).first().click();
		const sheet = page.getByRole('group', { name: /^Drawing/ });
		const [a, b, c, d] = CORNERS;
		for (const corner of [a, c, b, d]) await press(sheet, corner);
		await page.getByRole('button', { name: 'Finish' }).click();
		await page
			.getByText(/edges \d and \d cross/i)
			.first()
			.waitFor();
		await page.keyboard.press('Escape');
		await page.goto(`/rules?stream=${streamId}`);
		await page.getByRole('button', { name: 'Draw an area' }).first().click();
		for (const corner of CORNERS) await press(page.getByRole('group', { name: /^Drawing/ }), corner);
		await page.getByRole('button', { name: 'Finish' }).click();
		await page.getByLabel('Name of the zone').fill('Transformer');
		await page.getByRole('button', { name: 'Save zone' }).click();
		const zones = await eventually(
			async () =>
				(await admin.json('GET', `/api/v1/streams/${streamId}/zones`)).body as { points: number[][] }[],
			(list) => list.length === 1,
			10
		);
		zones[0]!.points.forEach(([x, y], i) => {
			expect(Math.hypot(x! - CORNERS[i]![0], y! - CORNERS[i]![1])).toBeLessThan(0.02);
		});
	});

	it('writes a rule that reads as a sentence, and delivers to the desk', async () => {
		const { page } = watched;
		await page.getByRole('button', { name: 'Add a rule' }).first().click();
		const rule = page.getByRole('region', { name: 'Rule', exact: true });
		await rule.getByLabel('Name', { exact: true }).fill('Somebody at the transformer');
		await rule.getByLabel('Kind of condition').selectOption({ value: 'object_in_zone' });
		await rule.getByLabel('Zone', { exact: true }).selectOption({ label: 'Transformer' });
		await rule.getByLabel('Seconds it must hold').fill('0.5');
		await rule.getByRole('radio', { name: 'Critical' }).click();
		await rule.getByRole('checkbox', { name: /Duty desk/ }).check();
		expect(await rule.getByLabel('The rule as a sentence').textContent()).toMatch(/Transformer/);
		await rule.getByRole('button', { name: 'Save rule' }).click();
		await eventually(
			async () => (await admin.json('GET', '/api/v1/rules')).body as unknown[],
			(list) => list.length === 1,
			10
		);
	});

	it('alerts when the intruder comes, with his picture, on every page at once', async () => {
		const { page } = watched;
		await page.goto('/alerts');
		const row = page.getByRole('table', { name: 'Alerts' }).getByText('Somebody at the transformer');
		await row.first().waitFor({ timeout: (LOOP_S + 15) * 1000 });
		await row.first().click();
		const detail = page.getByRole('region', { name: /^Somebody at the transformer/ });
		const picture = detail.getByRole('img', { name: /./ }).first();
		await picture.waitFor({ timeout: 10_000 });
		const [alert] = await alerts();
		const snapshot = await admin.fetch(`/api/v1/alerts/${alert!.id}/snapshot.jpg`);
		const { width, format } = await sharp(Buffer.from(await snapshot.arrayBuffer())).metadata();
		expect({ width, format }).toMatchObject({ format: 'jpeg' });
	});

	it('is acknowledged, by name', async () => {
		const { page } = watched;
		await page.getByRole('button', { name: 'Acknowledge', exact: true }).first().click();
		await eventually(
			async () => (await alerts())[0] as unknown as { acknowledged_by: string | null },
			(alert) => alert.acknowledged_by !== null,
			10
		);
		await page.getByText('Acknowledged').first().waitFor();
	});

	it('ends when the intruder leaves, and was one alert, told once each way, signed', async () => {
		await eventually(alerts, ([alert]) => alert?.status === 'resolved', LOOP_S);
		expect(await alerts()).toHaveLength(1);
		await eventually(
			async () => received,
			(list) => list.length >= 2,
			15
		);
		expect(received.map(({ headers }) => headers['x-vectorflow-event'])).toEqual([
			'alert.firing',
			'alert.resolved'
		]);
		for (const { headers, body } of received) {
			const signature = createHmac('sha256', SECRET).update(body).digest('hex');
			expect(headers['x-vectorflow-signature']).toBe(`sha256=${signature}`);
			expect(headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
		}
		expect(watched.complaints).toEqual([]);
	});
});
