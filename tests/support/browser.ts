// Debian's Chromium, driven by Playwright, with everything a page complained about kept for the test to look at.
import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { ADMIN } from './server.ts';

const PATHS = [
	process.env['CHROMIUM_PATH'],
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome'
];

export async function launchBrowser(): Promise<Browser> {
	const executablePath = PATHS.find((path) => path && existsSync(path));
	if (!executablePath) throw new Error('Chromium is missing. Install it: apt-get install -y chromium');
	return chromium.launch({
		executablePath,
		args: [
			// Chromium refuses its sandbox to root, which is what a CI container runs as.
			...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-quic',
			'--no-first-run'
		]
	});
}

export interface WatchedPage {
	page: Page;
	/** Uncaught errors and console errors, minus refusals the test provokes itself. */
	complaints: string[];
}

export async function openPage(
	browser: Browser,
	url: string,
	options: BrowserContextOptions = {}
): Promise<WatchedPage> {
	const context = await browser.newContext({
		baseURL: url,
		viewport: { width: 1440, height: 900 },
		...options
	});
	const page = await context.newPage();
	const complaints: string[] = [];
	page.on('pageerror', (error) => complaints.push(error.message));
	page.on('console', (message) => {
		if (message.type() === 'error' && !/status of (4\d\d|502|503)/.test(message.text()))
			complaints.push(message.text());
	});
	return { page, complaints };
}

/** Signs in through the page, as a person does. */
export async function signInOn(page: Page, who: { email: string; password: string } = ADMIN): Promise<void> {
	await page.goto('/login');
	await page.getByLabel('E-mail').fill(who.email);
	await page.getByLabel('Password', { exact: true }).fill(who.password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.waitForURL((address) => !address.pathname.startsWith('/login'));
}

/**
 * How much of a canvas is coloured like a direction arrow, 0..1: pixels whose chroma is far above a grey or dimmed feed.
 * Read from the page's own canvas, so it sees what a person sees.
 */
export function arrowShare(page: Page, selector = 'canvas'): Promise<number> {
	return page
		.locator(selector)
		.first()
		.evaluate((element) => {
			const canvas = element as HTMLCanvasElement;
			const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(
				0,
				0,
				canvas.width,
				canvas.height
			);
			let vivid = 0;
			for (let i = 0; i < data.length; i += 4) {
				const [r, g, b] = [data[i] as number, data[i + 1] as number, data[i + 2] as number];
				if (Math.max(r, g, b) > 150 && Math.max(r, g, b) - Math.min(r, g, b) > 80) vivid++;
			}
			return vivid / (data.length / 4);
		});
}
