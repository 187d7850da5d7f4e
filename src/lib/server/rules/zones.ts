// The zones of streams, as people draw, change and remove them.
import {
	MAX_ZONES_PER_STREAM,
	type ZoneInput,
	type ZonePatch,
	type ZoneRecord
} from '#lib/contracts/zone.ts';
import { AppError } from '../base/errors.ts';
import { isUuid, noStream, requireUnchanged, toZoneRecord, type WriteOptions } from './record.ts';
import * as store from './store.ts';

/** Every method given an unknown stream or zone throws `not_found`. */
export interface Zones {
	/** Oldest first. */
	list(streamId: string): Promise<ZoneRecord[]>;
	get(streamId: string, id: string): Promise<ZoneRecord>;
	/** Throws `conflict` when the stream has as many as there can be. */
	create(streamId: string, input: ZoneInput): Promise<ZoneRecord>;
	/** Only the given fields; an input has them all. */
	change(streamId: string, id: string, patch: ZonePatch, options?: WriteOptions): Promise<ZoneRecord>;
	/** Rules that name the zone stay, and say that they cannot fire. */
	remove(streamId: string, id: string): Promise<void>;
}

export function createZones(db: store.RulesDatabase, onChange: (streamId: string) => void): Zones {
	async function requireStream(id: string): Promise<void> {
		if (!isUuid(id) || !(await store.streamExists(db, id))) throw noStream(id);
	}

	return {
		async list(streamId) {
			await requireStream(streamId);
			return (await store.listZones(db, streamId)).map(toZoneRecord);
		},
		async get(streamId, id) {
			const row = isUuid(id) ? await store.findZone(db, id) : undefined;
			if (!row || row.stream_id !== streamId) throw noZone(id);
			return toZoneRecord(row);
		},
		async create(streamId, input) {
			if (!isUuid(streamId)) throw noStream(streamId);
			const added = await store.insertZone(db, streamId, input, MAX_ZONES_PER_STREAM);
			if (added === 'no stream') throw noStream(streamId);
			if (added === 'full') throw full();
			onChange(streamId);
			return toZoneRecord(added);
		},
		async change(streamId, id, patch, options = {}) {
			if (!isUuid(streamId) || !isUuid(id)) throw noZone(id);
			const row = await store.changeZone(db, streamId, id, (before) => {
				requireUnchanged(before, options);
				return patch;
			});
			if (!row) throw noZone(id);
			onChange(streamId);
			return toZoneRecord(row);
		},
		async remove(streamId, id) {
			if (!isUuid(streamId) || !isUuid(id) || !(await store.deleteZone(db, streamId, id))) throw noZone(id);
			onChange(streamId);
		}
	};
}

function full(): AppError {
	return new AppError(
		'conflict',
		`This stream has ${MAX_ZONES_PER_STREAM} zones, as many as there can be. Delete one first.`
	);
}

function noZone(id: string): AppError {
	return new AppError(
		'not_found',
		`This stream has no zone ${id.slice(0, 64)}. GET /api/v1/streams/{id}/zones lists those it has.`
	);
}
