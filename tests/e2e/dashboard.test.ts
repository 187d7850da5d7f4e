// The dashboard in Chromium, over an hour of history: ranges and zooms in the address, one crosshair, CSV, phone, dark, Grafana beside.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type BenchPostgres } from '../../bench/postgres.ts';
import { launchBrowser, openPage, signInOn, type WatchedPage } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { seedPast } from '../support/history.ts';
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

let postgres: BenchPostgres;
let server: RunningServer;
let browser: Browser;
let watched: WatchedPage;
let admin: Client;
let streamId: string;

beforeAll(async () => {
	[postgres, browser] = await Promise.all([startPostgres({ maxConnections: 40 }), launchBrowser()]);
	server = await startServer({
		dataDir: newDataDir(),
		env: { DATABASE_URL: postgres.url(), VF_SECRET_KEY: 'a secret of this test and of nobody else' }
	});
	admin = await setUp(server);
	// Nothing runs: what is shown was stored.
	const camera = { name: 'Junction North', rtsp_url: 'rtsp://127.0.0.1:9/x', is_active: false };
	streamId = ((await admin.json('POST', '/api/v1/streams', camera)).body as { id: string }).id;
	await seedPast(postgres.url(), streamId);
	watched = await openPage(browser, server.url, { colorScheme: 'light' });
	await signInOn(watched.page);
});

afterAll(async () => {
	await browser?.close();
	await server?.end();
	await postgres?.stop();
	if (server) removeDataDir(server.dataDir);
});

const chart = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true });
/** What a chart says of itself to those who cannot see it. */
const told = async (page: Page, title: string) =>
	(await chart(page, title).locator('.plot').getAttribute('aria-label')) ?? '';
/** The share of a chart's canvas that something is drawn on. */
const inked = (page: Page, title: string) =>
	chart(page, title)
		.locator('canvas')
		.evaluate((element) => {
			const canvas = element as HTMLCanvasElement;
			const context = canvas.getContext('2d') as CanvasRenderingContext2D;
			const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
			let drawn = 0;
			for (let i = 3; i < data.length; i += 4) if ((data[i] as number) > 0) drawn++;
			return drawn / (data.length / 4);
		});
const CHARTS = [
	'Magnitude',
	'Direction',
	'Vectors',
	'Coherence',
	'Analysis rate',
	'Latency',
	'Detections',
	'Connected'
];

describe('a camera over time', () => {
	it('shows an hour of what was stored in every chart', async () => {
		const { page } = watched;
		await page.goto(`/dashboard?stream=${streamId}`);
		for (const title of CHARTS) await chart(page, title).locator('canvas').waitFor();
		for (const title of CHARTS) expect(await inked(page, title), title).toBeGreaterThan(0.01);
		expect(await told(page, 'Magnitude')).toMatch(/average: least \d+\.\d, mean \d+\.\d, most \d+\.\d\./);
		expect(await told(page, 'Direction')).toMatch(/Most went up right/);
		await page.getByRole('img', { name: /^Direction rose: mostly up right \d+ %, down left/ }).waitFor();
		const row = page.getByRole('row', { name: /^Connected/ });
		// Five minutes of the hour it was away.
		expect(Math.abs(Number(await row.getByRole('cell').nth(1).textContent()) - 91.7)).toBeLessThan(1);
	});

	it('asks for another stretch when the range is changed, and goes back to the one before', async () => {
		const { page } = watched;
		const hour = await told(page, 'Detections');
		const asked = page.waitForRequest((request) => request.url().includes('/flow?range=6h'));
		await page.getByRole('radio', { name: '6 h', exact: true }).click();
		await asked;
		await page.waitForURL(/range=6h/);
		await eventually(
			() => told(page, 'Detections'),
			(words) => words !== hour,
			10
		);
		await page.goBack();
		await page.waitForURL((url) => !url.search.includes('range'));
		await page.getByRole('radio', { name: '1 h', exact: true, checked: true }).waitFor();
	});

	it('points at one moment in all charts, and tells its figures in one line', async () => {
		const { page } = watched;
		const over = chart(page, 'Magnitude').locator('.u-over');
		const box = (await over.boundingBox())!;
		await page.mouse.move(box.x + box.width * 0.3, box.y + 40);
		const line = page.locator('[data-moment="cursor"]');
		await line.waitFor();
		expect(await line.textContent()).toMatch(/magnitude \d+\.\d.*rate 1\d\.\d.*latency \d+/);
		const places = await page
			.locator('.u-cursor-x')
			.evaluateAll((lines) => lines.map((one) => new DOMMatrix(getComputedStyle(one).transform).e));
		const widths = await page
			.locator('.u-over')
			.evaluateAll((overs) => overs.map((one) => one.getBoundingClientRect().width));
		expect(places).toHaveLength(CHARTS.length);
		places.forEach((place, i) => expect(place / (widths[i] ?? 1)).toBeCloseTo(0.3, 1));
		await page.mouse.move(5, 5);
		await page.locator('[data-moment="last"]').waitFor();
	});

	it('is moved through by keys', async () => {
		const { page } = watched;
		const plot = chart(page, 'Vectors').locator('.plot');
		await plot.focus();
		await page.keyboard.press('Home');
		const line = page.locator('[data-moment="cursor"]');
		const first = await line.textContent();
		await page.keyboard.press('Shift+ArrowRight');
		expect(await line.textContent()).not.toBe(first);
		await page.keyboard.press('Escape');
		await page.locator('[data-moment="last"]').waitFor();
	});

	it('zooms to what is drawn across, and back', async () => {
		const { page } = watched;
		const box = (await chart(page, 'Magnitude').locator('.u-over').boundingBox())!;
		await page.mouse.move(box.x + box.width * 0.2, box.y + 40);
		await page.mouse.down();
		await page.mouse.move(box.x + box.width * 0.4, box.y + 60, { steps: 5 });
		await page.mouse.up();
		await page.waitForURL(/from=.*&to=/);
		const query = new URL(page.url()).searchParams;
		const length = (Date.parse(query.get('to')!) - Date.parse(query.get('from')!)) / 1000;
		expect(length).toBeGreaterThan(690);
		expect(length).toBeLessThan(750);
		await page.getByRole('button', { name: 'Back to the last 1 h' }).click();
		await page.waitForURL((url) => !url.search.includes('from='));
	});

	it('is handed over as CSV', async () => {
		const { page } = watched;
		const download = page.waitForEvent('download');
		await page.getByRole('link', { name: 'Download magnitude as CSV' }).click();
		const file = await download;
		expect(file.suggestedFilename()).toMatch(/\.csv$/);
		const [head = '', ...rows] = readFileSync(await file.path(), 'utf8')
			.trim()
			.split('\n');
		expect(head.split(',')).toEqual(expect.arrayContaining(['at', 'avg', 'max', 'direction']));
		expect(rows.length).toBeGreaterThan(500);
	});

	it('keeps what it has while the server does not answer, and says so', async () => {
		const { page } = watched;
		await page.route('**/api/v1/streams/*/flow?**', (route) =>
			route.fulfill({ status: 503, json: { code: 'unavailable', detail: 'The database is away.' } })
		);
		await page.getByRole('radio', { name: '30 min', exact: true }).click();
		await page.getByText(/^Shown as of/).waitFor();
		expect(await inked(page, 'Magnitude')).toBeGreaterThan(0.01);
		await page.unroute('**/api/v1/streams/*/flow?**');
		await page.getByText(/^Shown as of/).waitFor({ state: 'detached', timeout: 15_000 });
	});
});

describe('beside it', () => {
	it('the fleet shows its states, its instances and how long each camera was there', async () => {
		const { page } = watched;
		await page.goto('/dashboard');
		for (const title of ['States', 'Memory', 'CPU', 'GPU', 'GPU memory'])
			await chart(page, title).locator('canvas').waitFor();
		expect(await told(page, 'States')).toMatch(/error: least 0, mean 0, most 1\./);
		await page.getByText('vf-1', { exact: true }).first().waitFor();
		await chart(page, 'Uptime')
			.getByText(/^9[12]\.\d %$/)
			.waitFor();
		await page.getByRole('link', { name: /Junction North/ }).click();
		await page.waitForURL(new RegExp(`stream=${streamId}`));
	});

	it('a phone scrolls down and never sideways, and is dark where it is to be', async () => {
		const phone = await openPage(browser, server.url, {
			viewport: { width: 390, height: 844 },
			colorScheme: 'dark',
			hasTouch: true,
			isMobile: true
		});
		await signInOn(phone.page);
		for (const path of [`/dashboard?stream=${streamId}`, '/dashboard']) {
			await phone.page.goto(path);
			await phone.page.locator('canvas').first().waitFor();
			const wider = () => document.documentElement.scrollWidth - innerWidth;
			expect(await phone.page.evaluate(wider)).toBe(0);
			const ground = await phone.page.evaluate(
				() => getComputedStyle(document.documentElement).backgroundColor
			);
			expect(Number(/oklch\(([\d.]+)/.exec(ground)?.[1])).toBeLessThan(0.3);
		}
		expect(phone.complaints).toEqual([]);
		await phone.page.context().close();
	});

	it('a zone is asked for by itself', async () => {
		const { page } = watched;
		const points = [
			[0.1, 0.1],
			[0.9, 0.1],
			[0.5, 0.9]
		];
		const zone = { name: 'Gate', kind: 'polygon', points };
		const made = await admin.json('POST', `/api/v1/streams/${streamId}/zones`, zone);
		await page.goto(`/dashboard?stream=${streamId}`);
		const { id } = made.body as { id: string };
		const asked = page.waitForRequest((request) =>
			request.url().includes(`/directions?range=1h&zone_id=${id}`)
		);
		await page.getByLabel('Zone').selectOption('Gate');
		await asked;
		await page.waitForURL(new RegExp(`zone=${id}`));
		await chart(page, 'Magnitude').getByText('Nothing measured in this time.').waitFor();
		await chart(page, 'Latency').locator('canvas').waitFor();
	});
});

describe('a camera that runs', () => {
	let id: string;

	it('is shown on second by second between two readings', async () => {
		const { page } = watched;
		const camera = { name: 'Yard', rtsp_url: FILM, fps: 5, analysis_width: 320, detection_enabled: false };
		id = ((await admin.json('POST', '/api/v1/streams', camera)).body as { id: string }).id;
		await page.goto(`/dashboard?stream=${id}&range=5m`);
		await chart(page, 'Magnitude').locator('canvas').waitFor();
		let readings = 0;
		await page.route('**/flow?**', (route) => {
			readings++;
			return route.continue();
		});
		const said = new Set<string>();
		await eventually(
			async () => said.add(await told(page, 'Magnitude')).size,
			(different) => different >= 4,
			20
		);
		expect(readings).toBeLessThan(3);
		await page.unroute('**/flow?**');
	});

	it('is followed when it is renamed elsewhere, and said to be gone when it is deleted', async () => {
		const { page } = watched;
		await admin.json('PATCH', `/api/v1/streams/${id}`, { name: 'Back yard' });
		await page.waitForFunction(() => document.title.startsWith('Back yard'), null, { timeout: 25_000 });
		await admin.json('DELETE', `/api/v1/streams/${id}`);
		await page.getByRole('heading', { name: 'This camera is gone' }).waitFor({ timeout: 25_000 });
		await page.getByRole('button', { name: 'Show the fleet' }).click();
		await page.waitForURL((url) => !url.searchParams.has('stream'));
	});
});

describe('Grafana beside our charts', () => {
	let grafana: Server;
	const asked: URL[] = [];

	beforeAll(async () => {
		// A page of another address that lets itself be framed, as a Grafana with allow_embedding does.
		grafana = createServer((request, response) => {
			asked.push(new URL(request.url ?? '', 'http://grafana'));
			response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Grafana</title><p>Panels</p>');
		}).listen(0, '127.0.0.1');
		await once(grafana, 'listening');
	});
	afterAll(() => grafana?.close());

	it('is no tab before an administrator gave its address', async () => {
		const { page } = watched;
		await page.goto(`/dashboard?stream=${streamId}&range=6h`);
		await chart(page, 'Magnitude').waitFor();
		expect(await page.getByRole('link', { name: 'Grafana', exact: true }).count()).toBe(0);
	});

	it('is framed with the camera and the range', async () => {
		const { page } = watched;
		const grafana_url = `http://127.0.0.1:${(grafana.address() as AddressInfo).port}`;
		await admin.json('PUT', '/api/v1/settings/system', { grafana_url });
		await page.reload();
		await page.getByRole('link', { name: 'Grafana', exact: true }).click();
		await page.frameLocator('iframe[title="Grafana"]').getByText('Panels').waitFor();
		const framed = asked.find(({ pathname }) => pathname === '/d/vector-flow');
		expect(framed?.searchParams.get('var-stream_name')).toBe('Junction North');
		expect(framed?.searchParams.get('from')).toBe('now-6h');
		expect(framed?.searchParams.has('kiosk')).toBe(true);
		const { headers } = await admin.fetch('/dashboard');
		expect(headers.get('content-security-policy')).toContain(`frame-src ${grafana_url}`);
		expect((await admin.fetch('/')).headers.get('content-security-policy')).not.toContain('frame-src');
	});

	it('that does not answer is said to be away', async () => {
		const { page } = watched;
		expect(watched.complaints).toEqual([]);
		await admin.json('PUT', '/api/v1/settings/system', { grafana_url: 'http://127.0.0.1:9/' });
		await page.reload();
		await page.getByRole('heading', { name: 'Grafana does not answer' }).waitFor();
	});
});
