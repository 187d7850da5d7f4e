// What tests of the engine stand on: a registry in memory that remembers what it was told.
import { execFileSync } from 'node:child_process';
import { pino } from 'pino';
import type { SourceFailure } from '#lib/contracts/failure.ts';
import type { StreamStatus, StreamStatusWord } from '#lib/contracts/status.ts';
import { createMemoryBus, subjects, type StreamActivity } from '../../bus/index.ts';
import type { RunnableStream, RunStateChange, StreamsForEngine } from '../../streams/ports.ts';
import { createEngine, type EngineDeps } from '../index.ts';
import { NOTHING_WATCHED } from '../watches.ts';

export interface FakeRegistry extends StreamsForEngine {
	runnable: RunnableStream[];
	refused: { id: string; name: string; token: number; failure: SourceFailure }[];
	/** While true every write fails, and every read. */
	away: boolean;
	deny: SourceFailure | null;
	changes: RunStateChange[];
	lines: StreamActivity[];
	beats: { streamId: string; token: number; at: Date }[];
}

export function fakeRegistry(runnable: RunnableStream[] = []): FakeRegistry {
	const present = () => {
		if (registry.away) throw new Error('the database is away');
	};
	const registry: FakeRegistry = {
		runnable,
		refused: [],
		away: false,
		deny: null,
		changes: [],
		lines: [],
		beats: [],
		tokenOf: (id) =>
			[...registry.runnable, ...registry.refused].find((stream) => stream.id === id)?.token ?? null,
		async listRunnable() {
			present();
			return { runnable: [...registry.runnable], refused: [...registry.refused] };
		},
		checkAddress: async () => registry.deny,
		async recordRunState(change) {
			present();
			registry.changes.push(change);
		},
		async recordHeartbeats(beats) {
			present();
			registry.beats.push(...beats);
		},
		async appendActivity(lines) {
			present();
			registry.lines.push(...lines);
		}
	};
	return registry;
}

export function streamOf(id: string, url: string, over: Partial<RunnableStream> = {}): RunnableStream {
	return {
		id,
		name: id,
		source: {
			url,
			kind: url.startsWith('rtsp') ? 'rtsp' : 'file',
			transport: 'tcp',
			hardwareDecode: 'none',
			loop: true
		},
		maskedUrl: url,
		analysis: { width: 320, fps: 10, gridSize: 16, winRadius: 8, threshold: 0.5, mode: 'fast' },
		staleAfterS: 5,
		detection: null,
		clipPrerollS: 0,
		token: 1,
		processingVersion: '1',
		...over
	};
}

/** An engine on a registry in memory, and what it says on the bus. */
export function benchOf(over: Partial<EngineDeps> & { streams: FakeRegistry }) {
	const bus = createMemoryBus({ error: (...said: unknown[]) => console.error(...said) });
	const told: StreamStatus[] = [];
	bus.subscribe(subjects.status, (status) => told.push(status));
	const engine = createEngine({
		bus,
		log: pino({ level: process.env.LOG_LEVEL ?? 'silent' }),
		instanceId: 'test',
		ffmpegPath: process.env.FFMPEG_PATH ?? 'ffmpeg',
		maxStreams: 16,
		preview: { fps: 5, maxWidth: 320, quality: 60 },
		watches: { of: async () => NOTHING_WATCHED },
		clipsDir: null,
		models: { loadable: async () => null },
		inference: { threads: 1, pending: 2, provider: 'cpu' },
		...over
	});
	const word = (id: string): StreamStatusWord => engine.status(id).status;
	return { engine, bus, told, word, registry: over.streams };
}

/** Waits until `condition` holds; fails with what it was waiting for. */
export async function until(what: string, condition: () => boolean, limitMs = 10_000): Promise<void> {
	const deadline = performance.now() + limitMs;
	while (!condition()) {
		if (performance.now() > deadline) throw new Error(`waited ${limitMs} ms in vain until ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}

/** Processes of that name that this one has started and that still live: a dead one not yet reaped does not count. */
export function livingChildren(name: string): number {
	const rows = execFileSync('ps', ['-o', 'stat=,comm=', '--ppid', `${process.pid}`], { encoding: 'utf8' });
	return rows.split('\n').filter((row) => row.trim().endsWith(name) && !row.trim().startsWith('Z')).length;
}
