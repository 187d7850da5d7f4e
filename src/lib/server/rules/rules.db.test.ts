// Zones and rules on a real PostgreSQL: what people save, what is refused, what workers watch for, what a dry run says.
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
	dryRunInput,
	MAX_RULES_PER_STREAM,
	ruleInput,
	ruleRecord,
	type RuleInput,
	type RuleRecord
} from '#lib/contracts/rule.ts';
import { streamInput } from '#lib/contracts/stream.ts';
import { MAX_ZONES_PER_STREAM, zoneRecord, type ZoneInput } from '#lib/contracts/zone.ts';
import type { StoredSecond } from '#lib/rules/replay.ts';
import { people } from '#lib/rules/testing.ts';
import { schema } from '../db/index.ts';
import { startTestDatabase, type TestDatabase } from '../db/testing.ts';
import { createStreams } from '../streams/index.ts';
import { createRules, type Rules } from './index.ts';

const AREA: ZoneInput = {
	...{ name: 'Gate', kind: 'polygon' },
	points: [
		[0.1, 0.1],
		[0.9, 0.1],
		[0.9, 0.9]
	]
};
const LINE: ZoneInput = {
	name: 'Door',
	kind: 'line',
	points: [
		[0.5, 0.1],
		[0.5, 0.9]
	]
};

let database: TestDatabase;
let rules: Rules;
let changed: string[];
let stored: StoredSecond[];
let stream: string;
let other: string;

beforeAll(async () => {
	database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
	await database.reset();
	changed = [];
	stored = [];
	rules = createRules({
		db: database.db,
		seconds: async (_, __, from) => stored.filter(({ at }) => at >= from.getTime()),
		onChange: (id) => changed.push(id)
	});
	[stream, other] = [await addStream('One'), await addStream('Two')];
});

async function addStream(name: string): Promise<string> {
	const streams = createStreams({
		db: database.db,
		log: pino({ level: 'silent' }),
		config: { secretKey: 'k'.repeat(32), mediaDirs: [], sourceDeny: [], instanceId: 'one' }
	});
	return (await streams.create(streamInput.parse({ name, rtsp_url: 'rtsp://10.0.0.5/x' }), 'test')).id;
}

async function addChannel(): Promise<string> {
	const [row] = await database.db
		.insert(schema.channels)
		.values({
			...{ name: 'Desk', type: 'webhook', enabled: true, min_interval_s: 0, max_per_hour: 60 },
			...{ notify_resolved: true, config: {}, sealed_config: 'x' }
		})
		.returning();
	return row!.id;
}

const CROWD = { type: 'count', classes: ['person'], op: 'over', value: 8 };
const CROSSED = { type: 'line_crossed', classes: [] };
const HEALTH = { type: 'stream_health', state: 'not_connected' };
const input = (over: object = {}): RuleInput =>
	ruleInput.parse({ stream_id: stream, name: 'Crowd', condition: CROWD, ...over });

describe('zones', () => {
	it('are kept, oldest first, and changed in part or whole', async () => {
		const gate = await rules.zones.create(stream, AREA);
		const door = await rules.zones.create(stream, LINE);
		expect(zoneRecord.parse(gate)).toMatchObject({ ...AREA, stream_id: stream });
		expect(await rules.zones.list(stream)).toEqual([gate, door]);
		expect(await rules.zones.list(other)).toEqual([]);

		const renamed = await rules.zones.change(stream, gate.id, { name: 'Yard' });
		expect(renamed).toMatchObject({ name: 'Yard', points: AREA.points });
		expect(renamed.updated_at > gate.updated_at).toBe(true);
		expect(await rules.zones.get(stream, gate.id)).toEqual(renamed);
		await rules.zones.remove(stream, door.id);
		expect(changed).toEqual([stream, stream, stream, stream]);
	});

	it('of another stream, or of none, are not found', async () => {
		const gate = await rules.zones.create(stream, AREA);
		const nobody = randomUUID();
		for (const attempt of [
			() => rules.zones.get(other, gate.id),
			() => rules.zones.change(other, gate.id, { name: 'Mine' }),
			() => rules.zones.remove(other, gate.id),
			() => rules.zones.list(nobody),
			() => rules.zones.create(nobody, AREA),
			() => rules.zones.list('; drop table zones'),
			() => rules.zones.get(stream, 'gate')
		])
			await expect(attempt()).rejects.toMatchObject({ code: 'not_found' });
		expect(await rules.zones.list(stream)).toEqual([gate]);
	});

	it('changed since they were read are a conflict', async () => {
		const gate = await rules.zones.create(stream, AREA);
		await rules.zones.change(stream, gate.id, { name: 'Yard' });
		await expect(
			rules.zones.change(stream, gate.id, { name: 'Lot' }, { ifUpdatedAt: gate.updated_at })
		).rejects.toMatchObject({ code: 'conflict' });
	});

	it('are at most 32 on a stream, also when many are added at once', async () => {
		const added = await Promise.allSettled(
			Array.from({ length: MAX_ZONES_PER_STREAM + 5 }, () => rules.zones.create(stream, AREA))
		);
		expect(added.filter(({ status }) => status === 'fulfilled')).toHaveLength(MAX_ZONES_PER_STREAM);
		const refused = added.find((one) => one.status === 'rejected');
		expect(refused?.reason).toMatchObject({ code: 'conflict' });
		expect((await rules.zones.create(other, AREA)).stream_id).toBe(other);
	});
});

describe('rules', () => {
	it('are kept with their channels', async () => {
		const [gate, desk] = [await rules.zones.create(stream, AREA), await addChannel()];
		const made = await rules.create(input({ zone_id: gate.id, channel_ids: [desk, desk] }));
		expect(ruleRecord.parse(made)).toMatchObject({
			...{ stream_id: stream, zone_id: gate.id, problem: null, channel_ids: [desk] },
			condition: { ...CROWD, min_confidence: 0.4 }
		});
		const elsewhere = await rules.create(input({ stream_id: other, name: 'Elsewhere' }));
		expect(await rules.list()).toEqual([made, elsewhere]);
		expect(await rules.list(other)).toEqual([elsewhere]);
		expect(await rules.find(made.id)).toEqual({ rule: made, zone: gate });

		const patched = await rules.patch(made.id, { enabled: false, channel_ids: [] });
		expect(patched).toEqual({ ...made, enabled: false, channel_ids: [], updated_at: patched.updated_at });
		const replaced = await rules.replace(made.id, input({ name: 'Again' }));
		expect(replaced).toMatchObject({ name: 'Again', zone_id: null, enabled: true });
		await rules.remove(made.id);
		await expect(rules.get(made.id)).rejects.toMatchObject({ code: 'not_found' });
		expect(await rules.find(made.id)).toBeNull();
		expect(changed).toEqual([stream, stream, other, stream, stream, stream]);
	});

	it('keep a channel only as long as there is one', async () => {
		const desk = await addChannel();
		const made = await rules.create(input({ channel_ids: [desk] }));
		await database.db.delete(schema.channels);
		expect((await rules.get(made.id)).channel_ids).toEqual([]);
	});

	it('whose zone is deleted stay, say so, are not watched, and can be renamed or moved', async () => {
		const gate = await rules.zones.create(stream, AREA);
		const made = await rules.create(input({ zone_id: gate.id }));
		await rules.zones.remove(stream, gate.id);
		expect(await rules.get(made.id)).toMatchObject({
			zone_id: gate.id,
			problem: expect.stringMatching(/deleted/)
		});
		expect((await rules.watchOf(stream)).rules).toEqual([]);
		expect(await rules.patch(made.id, { name: 'Crowd!' })).toMatchObject({
			name: 'Crowd!',
			zone_id: gate.id
		});
		const read: Partial<RuleRecord> = await rules.get(made.id);
		for (const field of ['id', 'problem', 'created_at', 'updated_at'] as const) delete read[field];
		await rules.replace(made.id, ruleInput.parse(read));
		expect(await rules.patch(made.id, { zone_id: null })).toMatchObject({ problem: null });
		expect((await rules.watchOf(stream)).rules).toHaveLength(1);
	});

	it('whose area becomes a line say so', async () => {
		const gate = await rules.zones.create(stream, AREA);
		const made = await rules.create(input({ zone_id: gate.id }));
		await rules.zones.change(stream, gate.id, LINE);
		expect((await rules.get(made.id)).problem).toMatch(/Door is a line/);
	});

	it.each<[string, () => Promise<object> | object, string]>([
		['on no stream', () => ({ stream_id: randomUUID() }), 'stream_id'],
		['in no zone', () => ({ zone_id: randomUUID() }), 'zone_id'],
		[
			'in a zone of another stream',
			async () => ({ zone_id: (await rules.zones.create(other, AREA)).id }),
			'zone_id'
		],
		['counting on a line', async () => ({ zone_id: (await rules.zones.create(stream, LINE)).id }), 'zone_id'],
		[
			'crossing an area',
			async () => ({ zone_id: (await rules.zones.create(stream, AREA)).id, condition: CROSSED }),
			'zone_id'
		],
		['crossing nothing', () => ({ condition: CROSSED }), 'zone_id'],
		[
			'on the health of a zone',
			async () => ({ zone_id: (await rules.zones.create(stream, AREA)).id, condition: HEALTH }),
			'zone_id'
		],
		['to no channel', () => ({ channel_ids: [randomUUID()] }), 'channel_ids'],
		[
			'that allow everything',
			() => ({ condition: { type: 'object_in_zone', classes: [], mode: 'allowed' } }),
			'condition.classes'
		]
	])('%s are refused', async (_, over, path) => {
		const given = input(await over());
		changed = [];
		await expect(rules.create(given)).rejects.toMatchObject({ code: 'invalid_input', errors: [{ path }] });
		const kept = await rules.create(input());
		const { stream_id, ...rest } = given;
		if (stream_id === stream) {
			await expect(rules.patch(kept.id, rest)).rejects.toMatchObject({
				code: 'invalid_input',
				errors: [{ path }]
			});
		} else
			await expect(rules.replace(kept.id, given)).rejects.toMatchObject({
				code: 'invalid_input',
				errors: [{ path }]
			});
		expect(await rules.get(kept.id)).toEqual(kept);
		expect(changed).toEqual([stream]);
	});

	it('are at most 64 on a stream', async () => {
		for (let i = 0; i < MAX_RULES_PER_STREAM; i++) await rules.create(input());
		await expect(rules.create(input())).rejects.toMatchObject({ code: 'conflict' });
	});

	it('go with their stream', async () => {
		const made = await rules.create(input());
		await database.db.delete(schema.streams);
		await expect(rules.get(made.id)).rejects.toMatchObject({ code: 'not_found' });
		expect(await rules.watchOf(stream)).toEqual({ zones: [], rules: [] });
	});
});

it('a worker watches for all zones and the enabled rules it can judge', async () => {
	const [gate, door] = [await rules.zones.create(stream, AREA), await rules.zones.create(stream, LINE)];
	const crowd = await rules.create(input({ zone_id: gate.id }));
	const crossing = await rules.create(input({ zone_id: door.id, condition: CROSSED }));
	await rules.create(input({ enabled: false }));
	const health = await rules.create(input({ condition: HEALTH }));
	await rules.create(input({ condition: HEALTH, enabled: false }));
	await rules.create(input({ stream_id: other }));
	const watch = await rules.watchOf(stream);
	expect(watch.zones).toEqual([
		{ id: gate.id, ...AREA },
		{ id: door.id, ...LINE }
	]);
	expect(watch.rules.map(({ id }) => id)).toEqual([crowd.id, crossing.id]);
	expect(watch.rules[0]).toMatchObject({ condition: crowd.condition, updated_at: crowd.updated_at });
	expect(watch.rules[0]).not.toHaveProperty('channel_ids');
	expect((await rules.healthRules()).map(({ id }) => id)).toEqual([health.id]);
});

describe('a dry run', () => {
	const run = (over: object = {}) =>
		rules.dryRun(dryRunInput.parse({ stream_id: stream, condition: CROWD, range_s: 600, ...over }));
	const store = (count: number, seconds: number, from: number) => {
		for (let s = 0; s < seconds; s++)
			stored.push({ at: Date.now() - (from - s) * 1000, facts: people(count) });
	};

	it('tells when the rule would have fired, and over what', async () => {
		store(3, 200, 500);
		store(9, 50, 300);
		store(3, 250, 250);
		const result = await run();
		expect(result).toMatchObject({
			covered_s: 500,
			firings: [{ peak: 9 }],
			series: { label: 'People in the picture', limit: 8 }
		});
		const [firing] = result.firings;
		expect(Date.parse(firing!.ends_at!) - Date.parse(firing!.starts_at)).toBeCloseTo(50_000, -3);
		expect(result.series.points).toHaveLength(500);
		expect(result.note).toMatch(/Only 8 min 20 s of the last 10 min are stored/);
		expect(result.note).toMatch(/surest reaches the confidence/);
	});

	it('says where nothing is stored, and what is new or not stored at all', async () => {
		expect(await run()).toMatchObject({
			covered_s: 0,
			firings: [],
			note: expect.stringMatching(/Nothing is stored of this camera/)
		});
		const gate = await rules.zones.create(stream, AREA);
		expect((await run({ zone_id: gate.id })).note).toMatch(/Nothing is stored of Gate/);
		store(1, 600, 600);
		expect((await run({ zone_id: gate.id })).note).toMatch(/Gate is new/);
		await database.db.execute(sql`update zones set created_at = now() - interval '1 day'`);
		expect((await run({ zone_id: gate.id })).note).toMatch(/Gate was changed in this time/);
		expect((await run({ condition: HEALTH })).note).toMatch(/not tried/);
	});

	it('of a rule that could not be saved is refused', async () => {
		await expect(run({ condition: CROSSED })).rejects.toMatchObject({ errors: [{ path: 'zone_id' }] });
		await expect(run({ zone_id: randomUUID() })).rejects.toMatchObject({ errors: [{ path: 'zone_id' }] });
		await expect(run({ stream_id: randomUUID() })).rejects.toMatchObject({ errors: [{ path: 'stream_id' }] });
	});
});
