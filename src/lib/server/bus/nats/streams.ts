// The JetStream streams of an installation, and what each keeps for how long.
import {
	DiscardPolicy,
	JetStreamApiError,
	RetentionPolicy,
	StorageType,
	type JetStreamManager,
	type StreamConfig
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { WireSubjects } from './wire.ts';

const MIB = 1_048_576;
const DAY_MS = 86_400_000;
/** The same id told again within this time is one message; after it the inbox of whoever consumes tells. */
const DUPLICATE_WINDOW_MS = 10 * 60_000;

export type JournalPart = 'events' | 'commands';

export interface JournalStream {
	part: JournalPart;
	config: Partial<StreamConfig> & { name: string; subjects: string[] };
}

/** Changed with `nats stream edit` they stay as they were changed: only what is missing is made. */
export function journalStreams(prefix: string, wire: WireSubjects): JournalStream[] {
	const name = (suffix: string) => `${prefix.toUpperCase()}_${suffix}`;
	const common = {
		storage: StorageType.File,
		duplicate_window: nanos(DUPLICATE_WINDOW_MS)
	};
	return [
		{
			part: 'events',
			config: {
				...common,
				name: name('EVENTS'),
				description: 'Vector Flow: alerts. A full stream refuses new ones, which then wait in the database.',
				subjects: [wire.journal('events', 'alert.>')],
				retention: RetentionPolicy.Limits,
				discard: DiscardPolicy.New,
				max_age: nanos(7 * DAY_MS),
				max_bytes: 256 * MIB
			}
		},
		{
			part: 'events',
			config: {
				...common,
				name: name('RESULTS'),
				description: 'Vector Flow: results and lifecycle. A full stream forgets the oldest.',
				subjects: [wire.journal('events', 'result.>'), wire.journal('events', 'run.>')],
				retention: RetentionPolicy.Limits,
				discard: DiscardPolicy.Old,
				max_age: nanos(7 * DAY_MS),
				max_bytes: 512 * MIB
			}
		},
		{
			part: 'commands',
			config: {
				...common,
				name: name('COMMANDS'),
				description: 'Vector Flow: commands of other programs, each done once.',
				subjects: [wire.journal('commands', '>')],
				retention: RetentionPolicy.Workqueue,
				discard: DiscardPolicy.New,
				max_age: nanos(DAY_MS),
				max_bytes: 64 * MIB
			}
		}
	];
}

const NAME_IN_USE = 10_058;
const NO_ROOM = new Set([10_023, 10_028, 10_047]);
/** Room asked for is set aside at once: a small disk gets smaller streams. */
const SMALLER = [1, 4, 16, 64];

/** Makes the streams that are missing; throws what JetStream says against it. */
export async function ensureStreams(
	manager: JetStreamManager,
	streams: JournalStream[],
	replicas: number
): Promise<void> {
	for (const { config } of streams) {
		if (await exists(manager, config.name)) continue;
		await addStream(manager, { ...config, num_replicas: replicas });
	}
}

async function exists(manager: JetStreamManager, name: string): Promise<boolean> {
	try {
		await manager.streams.info(name);
		return true;
	} catch (error) {
		if (isNotFound(error)) return false;
		throw error;
	}
}

async function addStream(manager: JetStreamManager, config: JournalStream['config']): Promise<void> {
	for (const [tries, part] of SMALLER.entries()) {
		try {
			await manager.streams.add({ ...config, max_bytes: Math.floor((config.max_bytes ?? 0) / part) });
			return;
		} catch (error) {
			const code = error instanceof JetStreamApiError ? error.code : 0;
			// Another instance made it at the same moment.
			if (code === NAME_IN_USE) return;
			if (!NO_ROOM.has(code) || tries === SMALLER.length - 1) throw error;
		}
	}
}

const STREAM_NOT_FOUND = 10_059;

export const isNotFound = (error: unknown): boolean =>
	error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND;
