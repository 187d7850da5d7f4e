// Bringing disks and the store of files in line with what the database names: strangers go, what is missing is offered again.
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../base/log.ts';
import type { ObjectStore } from '../bus/index.ts';
import { mostBytes, toEvict, type CachedFile, type CacheLimits } from './rules.ts';

export interface SweepDeps {
	dataDir: string;
	cacheDir: string;
	objects: ObjectStore | null;
	publish(path: string): void;
	log: Pick<Logger, 'warn'>;
}

/** Which of these files somebody still names. */
export type Known = (paths: string[]) => Promise<Set<string>>;

const BATCH = 500;
/** What is being written may be named a moment later. */
const YOUNG_MS = 60 * 60_000;

/** Throws what the database or the store of files says; what was done until then stays done. */
export async function sweep(folder: string, known: Known, deps: SweepDeps): Promise<void> {
	const { dataDir, cacheDir, objects, publish, log } = deps;
	const stored = objects ? await objects.list(`${folder}/`) : [];
	const names = new Set(stored.map(({ name }) => name));
	const own = await sorted(await filesIn(dataDir, folder), known);
	if (own.strangers.length > 0 && own.named.length === 0)
		log.warn(
			{ folder, files: own.strangers.length },
			'the database names none of the files in a folder of DATA_DIR: is it the right one? They stay'
		);
	else for (const path of own.strangers) await removeOld(join(dataDir, path));
	if (objects) for (const path of own.named) if (!names.has(path)) publish(path);
	const cached = await sorted(await filesIn(cacheDir, folder), known);
	for (const path of cached.strangers) await removeOld(join(cacheDir, path));
	const old = stored.filter(({ writtenAt }) => Date.now() - writtenAt.getTime() > YOUNG_MS);
	const offered = await sorted(
		old.map(({ name }) => name),
		known
	);
	if (offered.named.length > 0) for (const name of offered.strangers) await objects?.remove(name);
}

async function sorted(paths: string[], known: Known): Promise<{ named: string[]; strangers: string[] }> {
	const named = new Set<string>();
	for (let from = 0; from < paths.length; from += BATCH)
		for (const path of await known(paths.slice(from, from + BATCH))) named.add(path);
	return {
		named: paths.filter((path) => named.has(path)),
		strangers: paths.filter((path) => !named.has(path))
	};
}

async function removeOld(file: string): Promise<void> {
	const found = await stat(file).catch(() => null);
	if (found && Date.now() - found.mtimeMs > YOUNG_MS) await rm(file, { force: true });
}

/** Files of ours below a folder, by their paths relative to `base`. */
async function filesIn(base: string, folder: string): Promise<string[]> {
	const found = await entriesOf(join(base, folder));
	return found.map((path) => `${folder}/${path}`).filter((path) => mostBytes(path) !== null);
}

async function entriesOf(folder: string): Promise<string[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
		(error: NodeJS.ErrnoException) => {
			if (error.code === 'ENOENT') return [];
			throw error;
		}
	);
	return entries
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/** Keeps the cache within its limits, and removes what a server that died left half written in it. */
export async function pruneCache(cacheDir: string, limits: CacheLimits): Promise<void> {
	const files: CachedFile[] = [];
	for (const path of await entriesOf(cacheDir)) {
		const found = await stat(join(cacheDir, path)).catch(() => null);
		if (!found) continue;
		if (!path.endsWith('.part')) files.push({ path, bytes: found.size, usedAt: found.mtimeMs });
		else if (Date.now() - found.mtimeMs > YOUNG_MS) await rm(join(cacheDir, path), { force: true });
	}
	for (const path of toEvict(files, limits, Date.now())) await rm(join(cacheDir, path), { force: true });
}
