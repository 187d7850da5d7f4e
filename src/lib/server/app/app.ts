// The one running application of this process, found by the hooks and by the entry that stops it.
import { loadConfig } from '../config/index.ts';
import type { Services } from './services.ts';
import { start } from './start.ts';

export interface App {
	services: Services;
	/** What to tell the person at the terminal. */
	signIn: Awaited<ReturnType<Services['auth']['seed']>>;
	/** First: nothing new is begun, watchers are sent away, streams stop. The database still answers. */
	stopWork(): Promise<void>;
	/** Last: the bus, then the database. */
	close(): Promise<void>;
	/** Whether a model is at work in a thread: exiting now would abort the process. */
	busy(): boolean;
	/** Resolves as soon as none is. */
	quiet(): Promise<void>;
}

// On globalThis, because a reload of changed modules during development must not start a second one, and because
// the entry, which is not part of the bundle, reaches it there.
const KEY = Symbol.for('vector-flow.app');
const holder = globalThis as { [KEY]?: Promise<App> };

/** Starts the application at the first call; rejects with StartupError when it cannot. */
export function runningApp(): Promise<App> {
	return (holder[KEY] ??= start(loadConfig()));
}
