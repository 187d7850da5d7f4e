// Tracing of this process: begun by SvelteKit's instrumentation hook before anything else, found by the composition root.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../base/log.ts';
import { maskText } from '../../base/mask.ts';
import { NO_TRACER, type Tracer } from '../../base/trace.ts';
import { frameRatioOf, readSettings, wantsTraces, type Environment } from './environment.ts';
import { createIds } from './identity.ts';

export { wantsTraces } from './environment.ts';

export interface Tracing {
	tracer: Tracer;
	/** Warnings go there from now on, one a minute. */
	attach(log: Pick<Logger, 'warn'>): void;
	/** Sends what waits, within a second. */
	stop(): Promise<void>;
}

const COMPLAIN_EVERY_MS = 60_000;
const STOP_WITHIN_MS = 1000;

/** Found there by code that is bundled and code that is not. */
const KEY = Symbol.for('vector-flow.tracing');
const holder = globalThis as { [KEY]?: Tracing };

const OFF: Tracing = { tracer: NO_TRACER, attach: () => {}, stop: () => Promise.resolve() };

/** The tracing that was begun; one that does nothing where none was. */
export const currentTracing = (): Tracing => holder[KEY] ?? OFF;

/** Begins it once a process, if the environment asks for it; only then is the SDK loaded. */
export async function beginTracing(
	env: Environment,
	identity: { instance: string; version: string }
): Promise<void> {
	if (holder[KEY] || !wantsTraces(env)) return;
	const settings = readSettings(env);
	const ids = createIds();
	const complaints = createComplaints();
	const { registerProvider } = await import('./provider.ts');
	const shutdown = registerProvider(settings, { ...identity, ids, complain: complaints.add });
	const { createTracer } = await import('./spans.ts');
	holder[KEY] = {
		tracer: createTracer(frameRatioOf(settings), ids),
		attach(log) {
			for (const text of settings.complaints) log.warn(text);
			complaints.attach(log);
		},
		stop: () => Promise.race([shutdown().catch(() => {}), sleep(STOP_WITHIN_MS, undefined, { ref: false })])
	};
}

/** An endpoint that is away is told of with every batch: one warning a minute says so, and how often. */
export function createComplaints(now: () => number = () => performance.now()) {
	let log: Pick<Logger, 'warn'> | null = null;
	let toldAt = -Infinity;
	let untold = 0;
	let last = '';

	function tell(): void {
		if (log === null || untold === 0 || now() - toldAt < COMPLAIN_EVERY_MS) return;
		log.warn({ reason: last, count: untold }, 'traces cannot be sent; those that wait too long are dropped');
		toldAt = now();
		untold = 0;
	}

	return {
		add(text: string): void {
			untold++;
			last = maskText(text.replace(/\s+/g, ' ')).slice(0, 300);
			tell();
		},
		attach(to: Pick<Logger, 'warn'>): void {
			log = to;
			tell();
		}
	};
}
