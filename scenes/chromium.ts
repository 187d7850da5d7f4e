// Headless Chromium with WebGL 2 in software: no graphics card, the same picture everywhere.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const FLAGS = [
	'--headless=new',
	'--no-sandbox',
	'--use-angle=swiftshader',
	'--enable-unsafe-swiftshader',
	'--ignore-gpu-blocklist',
	'--disable-gpu-watchdog',
	'--disable-dev-shm-usage',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync'
];

export interface Browser {
	/** Settles with an error if the browser ends before it is closed. */
	failed: Promise<never>;
	close(): void;
}

/** Opens `url` in the Chromium named by the environment's CHROMIUM, or Debian's. */
export function openChromium(url: string): Browser {
	const profile = mkdtempSync(path.join(tmpdir(), 'vf-scenes-'));
	const child = spawn(process.env['CHROMIUM'] ?? 'chromium', [...FLAGS, `--user-data-dir=${profile}`, url], {
		stdio: 'ignore',
		detached: true
	});
	let closing = false;
	const failed = new Promise<never>((_, reject) => {
		child.once('error', (error) =>
			reject(new Error('Chromium did not start; install it, or name it in CHROMIUM', { cause: error }))
		);
		child.once('exit', (code) => {
			rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
			if (!closing) reject(new Error(`Chromium ended early with status ${code}`));
		});
	});
	failed.catch(() => undefined);
	const close = () => {
		closing = true;
		process.off('exit', close);
		killGroup(child);
	};
	// A detached browser would outlive a render that is interrupted.
	process.on('exit', close);
	return { failed, close };
}

function killGroup(child: ChildProcess): void {
	if (child.pid === undefined || child.exitCode !== null) return;
	process.kill(-child.pid, 'SIGKILL');
}
