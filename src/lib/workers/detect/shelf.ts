// The sessions a thread keeps: few, the least recently used one goes first, and none stays long without work.
import type { ExecutionProvider, LoadableModel } from '#lib/contracts/model.ts';
import { createModelSession, type ModelSession } from './session.ts';

/** A session takes memory: 45 MB for the smallest models. */
const MAX_SESSIONS = 4;
const IDLE_MS = 5 * 60_000;

export interface SessionShelf {
	/** The model's session, loaded where it is not there yet; `note` is for the log, at the first time only. */
	take(
		model: LoadableModel,
		provider: ExecutionProvider
	): Promise<{ session: ModelSession; note: string | null }>;
	readonly size: number;
	/** Releases all. */
	clear(): Promise<void>;
}

interface Kept {
	session: Promise<ModelSession>;
	usedAt: number;
}

/** Only for one task at a time: a session taken may be released as soon as the next one is. */
export function createSessionShelf({ most = MAX_SESSIONS, idleMs = IDLE_MS } = {}): SessionShelf {
	/** The least recently used first. */
	const kept = new Map<string, Kept>();

	async function release(key: string): Promise<void> {
		const entry = kept.get(key);
		kept.delete(key);
		await entry?.session.then((session) => session.release()).catch(() => {});
	}

	async function tidy(): Promise<void> {
		const now = Date.now();
		for (const [key, { usedAt }] of [...kept]) {
			if (kept.size > most || now - usedAt > idleMs) await release(key);
		}
	}

	const ticking = setInterval(() => void tidy(), idleMs);
	ticking.unref();

	return {
		get size() {
			return kept.size;
		},
		async take(model, provider) {
			const key = JSON.stringify([model.id, model.path, provider]);
			const notes: string[] = [];
			const known = kept.get(key)?.session;
			kept.delete(key);
			const session = known ?? createModelSession(model, provider, (text) => notes.push(text));
			kept.set(key, { session, usedAt: Date.now() });
			try {
				await session;
			} catch (error) {
				kept.delete(key);
				throw error;
			}
			await tidy();
			return { session: await session, note: notes.join(' ') || null };
		},
		async clear() {
			clearInterval(ticking);
			for (const key of [...kept.keys()]) await release(key);
		}
	};
}
