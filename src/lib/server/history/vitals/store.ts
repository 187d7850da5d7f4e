// The SQL that writes how streams, instances and the fleet did.
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/index.ts';
import { leases } from '../../db/schema/fleet.ts';
import { fleetSamples, instanceSamples, streamSamples } from '../../db/schema/history.ts';
import { EPOCH } from '../fold.ts';
import type { PerformanceRow } from './ledger.ts';

export type VitalsDatabase = Db;
export type InstanceRow = Omit<typeof instanceSamples.$inferInsert, 'at'> & { at: Date };
export interface FleetStates {
	running: number;
	deactivated: number;
	error: number;
}

/** Writes all of them in one statement, and says how many; those whose lease was lost meanwhile are left out. */
export async function insertPerformance(
	db: VitalsDatabase,
	rows: readonly PerformanceRow[]
): Promise<number> {
	const { count } = await db.execute(sql`
		insert into ${streamSamples}
			(stream_id, at, seconds, connected_s, fps, latency_ms, latency_max_ms, frames, dropped, reconnects)
		select r.stream_id, r.at, r.seconds, r.connected_s, r.fps, r.latency_ms, r.latency_max_ms, r.frames, r.dropped,
			r.reconnects
		from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(
			stream_id uuid, token bigint, at timestamptz, seconds real, connected_s real, fps real, latency_ms real,
			latency_max_ms real, frames integer, dropped integer, reconnects integer)
		join ${leases} l on l.stream_id = r.stream_id and l.token = r.token`);
	return count;
}

export async function insertInstance(db: VitalsDatabase, rows: readonly InstanceRow[]): Promise<number> {
	await db.insert(instanceSamples).values([...rows]);
	return rows.length;
}

/** Of this half minute, by the database's clock; whoever comes first writes it. */
export async function insertFleet(db: VitalsDatabase, [states]: readonly FleetStates[]): Promise<number> {
	await db.execute(sql`
		insert into ${fleetSamples} (at, running, deactivated, error)
		values (date_bin('30 seconds', now(), ${EPOCH}), ${states!.running}, ${states!.deactivated}, ${states!.error})
		on conflict (at) do nothing`);
	return 1;
}
