// For tests of the room: streams to write of, and seconds of them as the table has them.
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { streamInput } from '#lib/contracts/stream.ts';
import type { Db } from '../db/index.ts';
import { createStreams } from '../streams/index.ts';
import type { SampleRow } from './store.ts';

export async function addStream(db: Db, name = 'One'): Promise<string> {
	const streams = createStreams({
		...{ db, log: pino({ level: 'silent' }) },
		config: { secretKey: 'k'.repeat(32), mediaDirs: [], sourceDeny: [], instanceId: 'one' }
	});
	const { id } = await streams.create(streamInput.parse({ name, rtsp_url: 'rtsp://10.0.0.5/x' }), 'test');
	return id;
}

export interface Second extends Omit<SampleRow, 'token' | 'at'> {
	/** ms since the epoch. */
	at: number;
}

export const still = (streamId: string, at: number, zoneId: string | null = null): Second => ({
	...{ stream_id: streamId, zone_id: zoneId, at, avg: 0, max: 0, count: 0, total: 576, direction: null },
	...{ coherence: 0, bins: null, magnitudes: null, objects: null, crossings: null }
});

/** Without a lease: as if its holder had written them. */
export async function writeSeconds(db: Pick<Db, 'execute'>, seconds: readonly Second[]): Promise<void> {
	const rows = seconds.map((second) => ({ ...second, at: new Date(second.at).toISOString() }));
	await db.execute(sql`
		insert into flow_samples select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(
			stream_id uuid, zone_id uuid, at timestamptz, avg real, max real, count integer, total integer, direction real,
			coherence real, bins smallint[], magnitudes real[], objects jsonb, crossings jsonb)`);
}
