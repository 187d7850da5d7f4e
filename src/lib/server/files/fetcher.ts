// Files that other instances wrote: found here, or fetched into the cache from the store of files or from whoever keeps them.
import { stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, causeChain } from '../base/errors.ts';
import { questions, type Bus, type ObjectStore } from '../bus/index.ts';
import { PART_BYTES, type Part } from './offer.ts';
import { mostBytes } from './rules.ts';
import { save, StorageError, type Expected } from './save.ts';

export interface EnsureOptions {
	/** The instance that wrote it, asked for only when it is needed; null where nobody knows. */
	keptBy?: () => Promise<string | null>;
	/** A file that is not so is fetched anew. */
	expected?: Expected;
}

export interface FetcherDeps {
	dataDir: string;
	cacheDir: string;
	instance: string;
	objects: ObjectStore | null;
	bus: Pick<Bus, 'ask' | 'state'>;
	/** Something was added to the cache. */
	fetched(): void;
}

export interface Fetcher {
	/**
	 * Absolute path of the file, once it is on this disk. Throws `not_found` saying where it is kept, `storage_full` when it finds
	 * no room here.
	 */
	ensure(path: string, options?: EnsureOptions): Promise<string>;
}

const ASK_MS = 2000;
/** At once; more wait for their turn. */
const MAX_FETCHES = 4;

export function createFetcher(deps: FetcherDeps): Fetcher {
	const { dataDir, cacheDir, instance, objects, bus } = deps;
	const fetches = new Map<string, Promise<string>>();
	const queue: (() => void)[] = [];
	let busy = 0;

	async function find(path: string, expected: Expected | null): Promise<string | null> {
		const own = join(dataDir, path);
		if (await fits(own, expected)) return own;
		const cached = join(cacheDir, path);
		if (!(await fits(cached, expected))) return null;
		const now = new Date();
		await utimes(cached, now, now).catch(() => {});
		return cached;
	}

	/** One fetch a file, however many ask for it. */
	function fetchOnce(path: string, maxBytes: number, options: EnsureOptions): Promise<string> {
		const known = fetches.get(path);
		if (known) return known;
		const work = inTurn(() => fetchFile(path, maxBytes, options)).finally(() => fetches.delete(path));
		fetches.set(path, work);
		return work;
	}

	async function inTurn<T>(work: () => Promise<T>): Promise<T> {
		if (busy >= MAX_FETCHES) await new Promise<void>((go) => queue.push(go));
		busy++;
		try {
			return await work();
		} finally {
			busy--;
			queue.shift()?.();
		}
	}

	async function fetchFile(path: string, maxBytes: number, options: EnsureOptions): Promise<string> {
		const target = join(cacheDir, path);
		const keeper = (await options.keptBy?.()) ?? null;
		const problems: string[] = [];
		for (const source of sourcesOf(path, keeper)) {
			try {
				const content = await source();
				if (content === null) continue;
				await save(content, target, maxBytes, options.expected ?? null);
				deps.fetched();
				return target;
			} catch (error) {
				if (error instanceof StorageError) throw error;
				problems.push(causeChain(error));
			}
		}
		throw notFound(keeper, problems);
	}

	/** The store of files first: it outlives its writers. Then who wrote it, then whoever may have it too. */
	function sourcesOf(
		path: string,
		keeper: string | null
	): (() => Promise<AsyncIterable<Uint8Array> | null>)[] {
		const others = keeper === null || keeper === instance ? ['any'] : [keeper, 'any'];
		const stored = objects ? [() => objects.get(path)] : [];
		if (bus.state().kind === 'memory') return stored;
		return [...stored, ...others.map((who) => async () => partsFrom(who, path))];
	}

	async function* partsFrom(who: string, path: string): AsyncGenerator<Uint8Array> {
		let size: number | null = null;
		let offset = 0;
		do {
			const answer: Part = await bus.ask(questions.file, who, { path, offset }, ASK_MS);
			const bytes = Buffer.from(String(answer.part), 'base64');
			const isWhole = size === null || answer.size === size;
			if (!isWhole || bytes.length > PART_BYTES || (bytes.length === 0 && offset < answer.size))
				throw new AppError('unavailable', 'It changed while it was read.');
			size = answer.size;
			offset += bytes.length;
			yield bytes;
		} while (offset < size);
	}

	function notFound(keeper: string | null, problems: string[]): AppError {
		const why = problems.length > 0 ? ` (${[...new Set(problems)].join(' ').slice(0, 500)})` : '';
		if (bus.state().kind === 'memory' || keeper === instance)
			return new AppError('not_found', 'The file is not there any more: it was removed from the disk.');
		const where =
			keeper === null
				? 'The file is on no instance that answers now'
				: `The file is kept on the instance ${keeper}, which is away or has it no more`;
		return new AppError('not_found', `${where}${why}. Try again once all instances are back.`);
	}

	return {
		async ensure(path, options = {}) {
			const maxBytes = mostBytes(path);
			if (maxBytes === null) throw new AppError('not_found', 'There is no such file.');
			return (await find(path, options.expected ?? null)) ?? fetchOnce(path, maxBytes, options);
		}
	};
}

/** The checksum was compared when it was written. */
async function fits(file: string, expected: Expected | null): Promise<boolean> {
	const found = await stat(file).catch(() => null);
	return found !== null && found.isFile() && (expected === null || found.size === expected.sizeBytes);
}
