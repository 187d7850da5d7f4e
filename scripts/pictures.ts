// `npm run docs:pictures`: photographs every page of the built product with the demo cameras, for docs/pictures.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { startPostgres } from '../bench/postgres.ts';
import { launchBrowser, openPage, signInOn } from '../tests/support/browser.ts';
import { eventually } from '../tests/support/eventually.ts';
import { seedPast } from '../tests/support/history.ts';
import {
	ADMIN,
	newDataDir,
	removeDataDir,
	signIn,
	startServer,
	type Client,
	type RunningServer
} from '../tests/support/server.ts';

const OUT = process.argv[2] ?? fileURLToPath(new URL('../docs/pictures/', import.meta.url));
/** Names of pages after the folder: only those are photographed. */
const ONLY = process.argv.slice(3);
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
/** Nothing listens there: a camera in trouble, so that pictures show how trouble looks. */
const DEAD_CAMERA = {
	name: 'Roof mast',
	location_name: 'Water tower',
	rtsp_url: 'rtsp://operator:secret@127.0.0.1:9/live'
};

/** A channel to show; nothing is sent to it. */
const DESK = {
	name: 'Duty desk',
	type: 'webhook',
	enabled: false,
	config: { url: 'https://chat.example.org/hooks/alerts', secret: 'not shown' }
};

mkdirSync(OUT, { recursive: true });
const browser = await launchBrowser();
/** One that a past can be written into: the dashboard shows more than the minutes a picture is worth waiting for. */
const postgres = await startPostgres({ maxConnections: 40 });
const began = new Date();
const server = await startServer({
	dataDir: newDataDir(),
	args: ['--demo'],
	env: {
		VF_ADMIN_EMAIL: ADMIN.email,
		VF_ADMIN_PASSWORD: ADMIN.password,
		VF_INSTANCE_ID: 'harbour-1',
		DATABASE_URL: postgres.url(),
		VF_SECRET_KEY: 'of these pictures, and of nobody else'
	}
});
try {
	const admin = await signIn(server, ADMIN);
	await photographDoor(browser, server);
	const ids = await prepare(admin);
	for (const theme of ['dark', 'light'] as const) {
		await photographPages(browser, server, theme, WIDE, ids);
		await photographPages(browser, server, theme, PHONE, ids);
	}
} finally {
	await browser.close();
	await server.end();
	await postgres.stop();
	removeDataDir(server.dataDir);
}

interface Ids {
	selected: string;
	broken: string;
	/** The newest alert of the yard, the camera, zone and rule it came of. */
	alert: { id: string; stream_id: string; zone_id: string; rule_id: string };
}

/** Adds a camera that cannot be reached, waits until the others have been moving for a while. */
async function prepare(admin: Client): Promise<Ids> {
	const added = (await admin.json('POST', '/api/v1/streams', DEAD_CAMERA)).body as { id: string };
	type Health = { streamId: string; name: string; status: string; framesProcessed: number }[];
	const health = await eventually(
		async () => (await admin.json('GET', '/api/v1/streams/health')).body as Health,
		(streams) =>
			streams.filter((stream) => stream.status === 'connected' && stream.framesProcessed > 100).length === 3,
		90
	);
	const selected = health.find((stream) => stream.status === 'connected')?.streamId ?? '';
	type Alert = Ids['alert'] & { name: string; snapshot_url: string | null };
	const alerts = await eventually(
		async () => (await admin.json('GET', '/api/v1/alerts?severity=critical')).body as Alert[],
		(list) => list.some(({ snapshot_url }) => snapshot_url !== null),
		90
	);
	await admin.json('POST', '/api/v1/channels', DESK);
	await seedPast(postgres.url(), selected, began);
	return { selected, broken: added.id, alert: alerts[0]! };
}

async function photographDoor(browser: Browser, server: RunningServer): Promise<void> {
	const { page } = await openPage(browser, server.url, { viewport: WIDE, colorScheme: 'dark' });
	await page.goto('/login');
	await settle(page, 1_500);
	await photograph(page, 'login-dark');
	await page.context().close();
}

async function photographPages(
	browser: Browser,
	server: RunningServer,
	theme: 'dark' | 'light',
	viewport: { width: number; height: number },
	{ selected, broken, alert }: Ids
): Promise<void> {
	const phone = viewport === PHONE;
	const { page, complaints } = await openPage(browser, server.url, {
		viewport,
		colorScheme: theme,
		...(phone && { hasTouch: true, isMobile: true, deviceScaleFactor: 2 })
	});
	await signInOn(page);
	const pages: [name: string, path: string, seconds: number][] = [
		['fleet', phone ? '/' : `/?stream=${selected}`, phone ? 6 : 25],
		...(phone ? ([['stream', `/?stream=${selected}`, 10]] as [string, string, number][]) : []),
		['live', '/live', 8],
		['broken', `/?stream=${broken}`, 5],
		['add', '/?add=1', 3],
		['map', `/map?stream=${selected}`, 6],
		['rules', `/rules?stream=${alert.stream_id}&zone=${alert.zone_id}&rule=${alert.rule_id}`, 8],
		['dashboard', `/dashboard?stream=${selected}`, 6],
		['dashboard-fleet', '/dashboard', 5],
		['alerts', phone ? '/alerts' : `/alerts?alert=${alert.id}`, 4],
		...(phone ? ([['alert', `/alerts?alert=${alert.id}`, 4]] as [string, string, number][]) : []),
		['detections', '/alerts?view=detections', 4],
		['models', '/models', 3],
		['settings', '/settings', 3],
		['instances', '/settings?tab=instances', 4],
		['docs', '/docs?call=post_streams', 3]
	];
	for (const [name, path, seconds] of pages.filter(([name]) => ONLY.length === 0 || ONLY.includes(name))) {
		await page.goto(path);
		await settle(page, seconds * 1000);
		if (name === 'fleet' && !phone) await muchMoves(page);
		await photograph(page, `${phone ? 'phone-' : ''}${name}-${theme}`);
	}
	if (complaints.length > 0) console.error(`The ${theme} pages complained:`, complaints);
	await page.context().close();
}

/** WebP, a tenth of PNG's size for pictures of cameras. */
async function photograph(page: Page, name: string): Promise<void> {
	await sharp(await page.screenshot())
		.webp({ quality: 84 })
		.toFile(`${OUT}/${name}.webp`);
}

/** The picture everybody sees first shows cars on their way, and not the moment in which all of them wait. */
async function muchMoves(page: Page): Promise<void> {
	const much = () => Number(/Average\s+([\d.]+)/.exec(document.body.innerText)?.[1]) >= 7;
	await page.waitForFunction(much, undefined, { timeout: 60_000, polling: 50 });
}

/** Pictures need moving cameras: there is no event to wait for but time. */
function settle(page: Page, ms: number): Promise<void> {
	return page.waitForTimeout(ms);
}
