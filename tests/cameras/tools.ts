// What every camera test needs first: the ffmpeg to test with, and a folder that goes away again.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const FFMPEG = process.env['FFMPEG_PATH'] ?? 'ffmpeg';

/** A new empty folder and the call that removes it with all it holds. */
export function scratchFolder(): { path: string; remove(): void } {
	const path = mkdtempSync(join(tmpdir(), 'vf-cameras-'));
	return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Resolves once `condition` holds; after `timeoutMs` fails, naming what was awaited. */
export async function until(what: string, condition: () => boolean, timeoutMs = 20_000): Promise<void> {
	const deadline = Date.now() + timeoutMs;
	while (!condition()) {
		if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`);
		await sleep(20);
	}
}

/** Whether a process runs: one that has ended and that nobody asked about since (a zombie) does not. */
export function running(pid: number): boolean {
	try {
		return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
	} catch {
		return false;
	}
}
