// Roll-ups on a real PostgreSQL against what is summed up by hand; late, twice, by two at once, and over midnight in any time zone.
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DIRECTION_BINS } from '#lib/contracts/facts.ts';
import { createChance } from '../../../../../tests/delivery/random.ts';
import { startTestDatabase, type TestDatabase } from '../../db/testing.ts';
import { addStream, still, writeSeconds, type Second } from '../testing.ts';
import { createRoller } from './roller.ts';
import { rollUpHours, rollUpMinutes, rollUpPerformance } from './store.ts';

const log = pino({ level: 'silent' });
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ZONE = randomUUID();
let database: TestDatabase;
let stream: string;

beforeAll(async () => {
	database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
	await database.reset();
	stream = await addStream(database.db);
});

interface Rolled extends Omit<Second, 'stream_id' | 'objects'> {
	seconds: number;
	objects: Record<string, { count: number; longestS: number }> | null;
}

async function read(table: 'flow_minutes' | 'flow_hours'): Promise<Rolled[]> {
	return [
		...(await database.db.execute<Rolled & Record<string, unknown>>(sql`
			select zone_id, (extract(epoch from at) * 1000)::float8 as at, seconds, avg, max, count, total, direction, coherence,
				array_to_json(bins) as bins, array_to_json(magnitudes) as magnitudes, objects, crossings
			from ${sql.identifier(table)} order by at, zone_id nulls first`))
	];
}

const window = (from: number, to: number) => ({ from: new Date(from), to: new Date(to) });
const begin = (at: number, step: number) => Math.floor(at / step) * step;

/** The same figures every time. */
function invented(from: number, count: number, zoneId: string | null): Second[] {
	const { next: roll } = createChance(zoneId === null ? 7 : 11);
	const list = (most: number) => Array.from({ length: DIRECTION_BINS }, () => Math.floor(roll() * most));
	return Array.from({ length: count }, (_, i) => {
		const second = still(stream, from + i * 1000 + 250, zoneId);
		if (roll() < 0.3) return second;
		return {
			...second,
			...{ avg: roll() * 4, max: 4 + roll() * 9, count: Math.floor(roll() * 500), coherence: roll() },
			...{ direction: roll() * 360, bins: list(30), magnitudes: list(90) },
			objects: roll() < 0.5 ? null : { person: seen(roll), ...(roll() < 0.3 && { car: seen(roll) }) },
			crossings: roll() < 0.7 ? null : { person: { in: Math.floor(roll() * 3), out: 1 } }
		};
	});
}

const seen = (roll: () => number) => ({
	count: 1 + Math.floor(roll() * 5),
	maxConfidence: roll(),
	longestS: Math.floor(roll() * 100)
});

type Row = Pick<Rolled, 'seconds' | 'avg' | 'max' | 'count' | 'total' | 'direction' | 'coherence'> &
	Pick<Rolled, 'bins' | 'magnitudes' | 'objects' | 'crossings'>;

/** Summed up plainly, one after the other. */
function byHand(rows: readonly Row[]) {
	const seconds = rows.reduce((sum, row) => sum + row.seconds, 0);
	const mean = (of: (row: Row) => number) =>
		rows.reduce((sum, row) => sum + of(row) * row.seconds, 0) / seconds;
	let [up, right] = [0, 0];
	for (const { direction, coherence, count, seconds: weight } of rows) {
		const angle = ((direction ?? 0) * Math.PI) / 180;
		up += direction === null ? 0 : Math.cos(angle) * coherence * count * weight;
		right += direction === null ? 0 : Math.sin(angle) * coherence * count * weight;
	}
	const sums = (of: 'bins' | 'magnitudes') =>
		rows.every((row) => row[of] === null)
			? null
			: Array.from({ length: DIRECTION_BINS }, (_, i) =>
					rows.reduce((sum, row) => sum + (row[of]?.[i] ?? 0), 0)
				);
	const objects: Record<string, { count: number; longestS: number }> = {};
	const crossings: Record<string, { in: number; out: number }> = {};
	for (const row of rows) {
		for (const [name, { count, longestS }] of Object.entries(row.objects ?? {})) {
			const most = (objects[name] ??= { count: 0, longestS: 0 });
			most.count = Math.max(most.count, count);
			most.longestS = Math.max(most.longestS, longestS);
		}
		for (const [name, crossed] of Object.entries(row.crossings ?? {})) {
			const sum = (crossings[name] ??= { in: 0, out: 0 });
			sum.in += crossed.in;
			sum.out += crossed.out;
		}
	}
	const orNull = <T extends object>(map: T) => (Object.keys(map).length > 0 ? map : null);
	return {
		...{ seconds, avg: mean((row) => row.avg), max: Math.max(...rows.map((row) => row.max)) },
		...{ count: mean((row) => row.count), total: Math.max(...rows.map((row) => row.total)) },
		direction: Math.hypot(up, right) < 1e-9 ? null : ((Math.atan2(right, up) * 180) / Math.PI + 360) % 360,
		...{ coherence: mean((row) => row.coherence), bins: sums('bins'), magnitudes: sums('magnitudes') },
		...{ objects: orNull(objects), crossings: orNull(crossings) }
	};
}

function expectRolled(rolled: Rolled, rows: readonly Row[]): void {
	const hand = byHand(rows);
	for (const figure of ['avg', 'max', 'count', 'coherence'] as const)
		expect(rolled[figure], figure).toBeCloseTo(hand[figure], 3);
	for (const figure of ['seconds', 'total', 'bins', 'magnitudes', 'objects', 'crossings'] as const)
		expect(rolled[figure], figure).toEqual(hand[figure]);
	if (hand.direction === null) expect(rolled.direction).toBeNull();
	else expect(Math.abs(((rolled.direction! - hand.direction + 540) % 360) - 180)).toBeLessThan(0.01);
}

describe('a minute of seconds, an hour of minutes', () => {
	it('are what they are by hand, of the picture and of a zone', async () => {
		const from = begin(Date.now() - 3 * HOUR, HOUR);
		const zones = [null, ZONE];
		const seconds = zones.flatMap((zone) => invented(from + 30_000, 200, zone));
		await writeSeconds(database.db, seconds);
		expect(await rollUpMinutes(database.db, window(from, from + HOUR))).toEqual({
			rows: 8,
			oldest: new Date(from)
		});
		const minutes = await read('flow_minutes');
		for (const minute of minutes) {
			const of = seconds.filter(
				({ at, zone_id }) => zone_id === minute.zone_id && begin(at, MINUTE) === minute.at
			);
			expectRolled(
				minute,
				of.map((second) => ({ ...second, seconds: 1 }))
			);
		}
		expect(minutes.map(({ seconds: n }) => n)).toEqual([30, 30, 60, 60, 60, 60, 50, 50]);

		await rollUpHours(database.db, window(from, from + HOUR));
		const hours = await read('flow_hours');
		expect(hours.map(({ zone_id, at }) => [zone_id, at])).toEqual(zones.map((zone) => [zone, from]));
		for (const hour of hours)
			expectRolled(
				hour,
				minutes.filter(({ zone_id }) => zone_id === hour.zone_id)
			);
	});

	it('of a night in which nothing moved are known for that', async () => {
		const from = begin(Date.now() - HOUR, MINUTE);
		await writeSeconds(database.db, [still(stream, from), still(stream, from + 1000)]);
		await rollUpMinutes(database.db, window(from, from + MINUTE));
		expect(await read('flow_minutes')).toMatchObject([
			{ seconds: 2, avg: 0, direction: null, bins: null, objects: null, crossings: null }
		]);
	});

	it('end where minutes and hours end, whatever the clock on the wall does', async () => {
		// Half an hour off, over its midnight; and the night in which Berlin puts its clocks back, an hour twice.
		for (const [zone, night] of [
			['Asia/Kolkata', '2026-10-24T18:29:58Z'],
			['Europe/Berlin', '2026-10-25T00:59:58Z'],
			['America/St_Johns', '2026-11-01T03:29:58Z']
		] as const) {
			const from = Date.parse(night);
			await database.reset();
			stream = await addStream(database.db);
			await writeSeconds(
				database.db,
				Array.from({ length: 4 }, (_, i) => still(stream, from + i * 1000))
			);
			const hour = begin(from, HOUR);
			await database.db.transaction(async (tx) => {
				await tx.execute(sql`select set_config('timezone', ${zone}, true)`);
				await rollUpMinutes(tx, window(hour, hour + 2 * HOUR));
				await rollUpHours(tx, window(hour, hour + 2 * HOUR));
			});
			const minutes = (await read('flow_minutes')).map(({ at, seconds }) => [at, seconds]);
			expect(minutes).toEqual([
				[begin(from, MINUTE), 2],
				[begin(from, MINUTE) + MINUTE, 2]
			]);
			const hours = (await read('flow_hours')).map(({ at }) => at);
			expect(hours).toEqual([...new Set([hour, begin(from + 2000, HOUR)])]);
		}
	});

	it('are written again for what came late, and never made less of what has been forgotten since', async () => {
		const from = begin(Date.now() - HOUR, MINUTE);
		const seconds = invented(from, 60, null);
		await writeSeconds(database.db, seconds.slice(20));
		await rollUpMinutes(database.db, window(from, from + MINUTE));
		expect(await rollUpMinutes(database.db, window(from, from + MINUTE))).toEqual({ rows: 0, oldest: null });
		await writeSeconds(database.db, seconds.slice(0, 20));
		expect((await rollUpMinutes(database.db, window(from, from + MINUTE))).rows).toBe(1);
		const whole = await read('flow_minutes');
		expectRolled(
			whole[0]!,
			seconds.map((second) => ({ ...second, seconds: 1 }))
		);
		await database.db.execute(
			sql`delete from flow_samples where at < ${new Date(from + 30_000).toISOString()}`
		);
		expect((await rollUpMinutes(database.db, window(from, from + MINUTE))).rows).toBe(0);
		expect(await read('flow_minutes')).toEqual(whole);
	});
});

describe('rounds', () => {
	const seconds = async (table: 'flow_minutes' | 'flow_hours') =>
		(await read(table)).reduce((sum, row) => sum + row.seconds, 0);

	it('catch up after hours in which nobody did, and leave the minute under way alone', async () => {
		const now = Date.now();
		const from = begin(now - 4 * HOUR, HOUR);
		const told = [0, 1, 70, 130, 200].map((minute) => still(stream, from + minute * MINUTE + 500));
		await writeSeconds(database.db, [...told, still(stream, now)]);
		await createRoller(database.db, log).round();
		expect(await seconds('flow_minutes')).toBe(5);
		expect((await read('flow_hours')).map(({ at, seconds: n }) => [(at - from) / HOUR, n])).toEqual([
			[0, 2],
			[1, 1],
			[2, 1],
			[3, 1]
		]);
	});

	it('go back to the oldest second that came late', async () => {
		const now = Date.now();
		const roller = createRoller(database.db, log);
		await writeSeconds(database.db, [still(stream, begin(now, MINUTE) - 2 * MINUTE)]);
		await roller.round();
		const late = now - 5 * HOUR;
		await writeSeconds(database.db, [still(stream, late)]);
		await roller.round();
		expect(await seconds('flow_minutes')).toBe(1);
		roller.wrote(late);
		await roller.round();
		expect(await seconds('flow_minutes')).toBe(2);
		expect((await read('flow_hours')).map(({ at }) => at)).toContain(begin(late, HOUR));
	});

	it('of several at once come to the same, and are nobody’s to repeat', async () => {
		const from = begin(Date.now() - 3 * HOUR, MINUTE);
		const told = Array.from({ length: 150 }, (_, i) => still(stream, from + i * MINUTE));
		await writeSeconds(database.db, told);
		const rollers = [1, 2, 3].map(() => createRoller(database.db, log));
		await Promise.all(rollers.map((roller) => roller.round()));
		await Promise.all(rollers.map((roller) => roller.round()));
		expect(await seconds('flow_minutes')).toBe(150);
		expect((await read('flow_minutes')).every(({ seconds: n }) => n === 1)).toBe(true);
	});

	it('leave the future of a wrong clock until it is there', async () => {
		const now = Date.now();
		await writeSeconds(database.db, [still(stream, now - 3 * MINUTE), still(stream, now + HOUR)]);
		await createRoller(database.db, log).round();
		expect((await read('flow_minutes')).map(({ at }) => at)).toEqual([begin(now - 3 * MINUTE, MINUTE)]);
		await rollUpMinutes(database.db, window(begin(now + HOUR, MINUTE), begin(now + HOUR, MINUTE) + MINUTE));
		expect(await seconds('flow_minutes')).toBe(2);
		// The minute from the future does not make the present look done.
		await writeSeconds(database.db, [still(stream, now - 2 * MINUTE)]);
		await createRoller(database.db, log).round();
		expect(await seconds('flow_minutes')).toBe(3);
	});

	it('make nothing of a stream that was removed', async () => {
		await writeSeconds(database.db, [still(randomUUID(), Date.now() - 5 * MINUTE)]);
		await createRoller(database.db, log).round();
		expect(await read('flow_minutes')).toEqual([]);
	});
});

it('minutes of how a stream did weigh what was connected, and are written once', async () => {
	const from = begin(Date.now() - HOUR, MINUTE);
	const sample = (i: number, figures: string) =>
		`('${stream}', to_timestamp(${(from + i * 10_000) / 1000}), ${figures})`;
	await database.db.execute(
		sql.raw(`insert into stream_samples values
			${sample(0, '10, 10, 8, 100, 150, 80, 1, 0')}, ${sample(1, '10, 5, 4, 400, 900, 20, 3, 1')},
			${sample(2, '10, 0, null, null, null, 0, 0, 2')}`)
	);
	await rollUpPerformance(database.db, window(from, from + MINUTE));
	expect(await rollUpPerformance(database.db, window(from, from + MINUTE))).toBe(0);
	const [minute] = await database.db.execute(sql`select * from stream_minutes`);
	expect(minute).toMatchObject({ seconds: 30, connected_s: 15, frames: 100, dropped: 4, reconnects: 3 });
	expect(minute!['fps']).toBeCloseTo((8 * 10 + 4 * 5) / 15, 4);
	expect(minute!['latency_ms']).toBeCloseTo((100 * 10 + 400 * 5) / 15, 3);
	expect(minute!['latency_max_ms']).toBe(900);
});
