// Streams that belong to somebody's scenario or session: registered like any camera, hidden from the fleet, and ended for good.
import { randomUUID } from 'node:crypto';
import type { StreamInput } from '#lib/contracts/stream.ts';
import type { StreamChange } from '../bus/index.ts';
import type { Addresses } from './addresses.ts';
import { explained } from './registry.ts';
import * as store from './store.ts';

/** Whoever owns them decides about them; what is gone already is no error. */
export interface EphemeralStreams {
	/** Adds one that does not run yet. Throws `invalid_input` for an address that is not allowed; answers its id. */
	create(input: StreamInput): Promise<string>;
	/** Wanted; `nextRunId` is the id its next run is to bear, when somebody was told one. */
	start(id: string, nextRunId?: string): Promise<void>;
	/** Not wanted for now. */
	stop(id: string): Promise<void>;
	/** Not wanted any more: its address is forgotten with it. */
	end(id: string): Promise<void>;
	/** With all that is stored of it. */
	remove(id: string): Promise<void>;
}

export interface EphemeralDeps {
	db: store.StreamsDatabase;
	addresses: Addresses;
	onChange: (change: StreamChange) => void;
}

export function createEphemeral({ db, addresses, onChange }: EphemeralDeps): EphemeralStreams {
	async function change(
		id: string,
		valuesOf: (row: store.StreamRow) => Partial<store.StreamValues>
	): Promise<void> {
		const written = await store.changeStream(db, id, (row) => (row.ephemeral ? valuesOf(row) : {}));
		if (written && written.before.is_active !== written.after.is_active)
			onChange({ streamId: id, change: 'activation' });
	}

	return {
		async create(input) {
			const id = randomUUID();
			const address = await addresses.columnsFor(id, input.rtsp_url, null);
			const values = { ...input, ...address, is_active: false, ephemeral: true };
			await store.insertStream(db, id, values).catch(explained);
			onChange({ streamId: id, change: 'created' });
			return id;
		},
		// The address of one that has ended is forgotten: it never starts again.
		start: (id, nextRunId) =>
			change(id, ({ sealed_url, is_active }) =>
				sealed_url === '' || is_active ? {} : { is_active: true, next_run_id: nextRunId ?? null }
			),
		stop: (id) => change(id, ({ is_active }) => (is_active ? { is_active: false } : {})),
		end: (id) => change(id, () => ({ is_active: false, sealed_url: '', next_run_id: null })),
		async remove(id) {
			if (await store.deleteStream(db, id)) onChange({ streamId: id, change: 'deleted' });
		}
	};
}
