// The names and places of the registry's streams, at hand without a question to the database: it may be away.
import type { StreamRecord } from '#lib/contracts/stream.ts';
import { causeChain } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { subjects, type Bus } from '../../bus/index.ts';

export type ListedStream = Pick<
	StreamRecord,
	'id' | 'name' | 'latitude' | 'longitude' | 'is_active' | 'state'
>;

export interface Directory {
	/** As last read; empty before that. */
	streams(): readonly ListedStream[];
	/** Resolves once all that has changed until now is read, or reading it has failed. */
	settled(): Promise<void>;
	stop(): void;
}

export interface DirectoryDeps {
	bus: Bus;
	log: Logger;
	list(): Promise<readonly ListedStream[]>;
	onRead(ids: ReadonlySet<string>): void;
}

/** Another instance may write the registry too. */
const READ_EVERY_MS = 15_000;

export function createDirectory({ bus, log, list, onRead }: DirectoryDeps): Directory {
	let streams: readonly ListedStream[] = [];
	let reading: Promise<void> | null = null;
	let changed = false;

	/** One reading at a time; a change during one makes another follow. */
	function read(): void {
		changed = true;
		reading ??= readAll().finally(() => (reading = null));
	}

	async function readAll(): Promise<void> {
		while (changed) {
			changed = false;
			try {
				streams = await list();
				onRead(new Set(streams.map(({ id }) => id)));
			} catch (error) {
				log.debug({ cause: causeChain(error) }, 'metrics keep the stream names they know');
			}
		}
	}

	const unsubscribe = bus.subscribe(subjects.streamChange, ({ streamId, change }) => {
		if (change === 'deleted') streams = streams.filter(({ id }) => id !== streamId);
		read();
	});
	const timer = setInterval(read, READ_EVERY_MS);
	timer.unref();
	read();

	return {
		streams: () => streams,
		settled: () => reading ?? Promise.resolve(),
		stop() {
			clearInterval(timer);
			unsubscribe();
		}
	};
}
