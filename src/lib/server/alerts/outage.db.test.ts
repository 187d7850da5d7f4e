// Alerts through an outage of a real database: stopped before one fires, started again after it ended.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alertsQuery, type RuleState } from '#lib/contracts/alert.ts';
import { streamInput } from '#lib/contracts/stream.ts';
import { createMemoryBus, subjects, type Bus } from '../bus/index.ts';
import { projectRoot } from '../config/index.ts';
import { connect, migrate, schema, type Client } from '../db/index.ts';
import { startCluster, type Cluster } from '../db/embedded/cluster.ts';
import { createStreams } from '../streams/index.ts';
import { grantLease } from '../db/testing.ts';
import { createFiles } from '../files/index.ts';
import { createAlerts, type Alerts } from './index.ts';

const log = pino({ level: 'silent' });
const BEGIN = Date.parse('2026-11-20T10:00:00.000Z');
let folder: string;
let cluster: Cluster;
let client: Client;
let bus: Bus;
let alerts: Alerts;
let rule: { id: string; stream_id: string };

const start = () => startCluster({ folder: join(folder, 'postgres'), log });

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), 'vf-outage-'));
	cluster = await start();
	await migrate(cluster.connection, projectRoot().dir);
	client = connect(cluster.connection);
	bus = createMemoryBus(log);
	const config = { secretKey: 'k'.repeat(32), mediaDirs: [], sourceDeny: [], instanceId: 'test' };
	const { id } = await createStreams({ db: client.db, log, config }).create(
		streamInput.parse({ name: 'Yard', rtsp_url: 'rtsp://10.0.0.5/live' }),
		'test'
	);
	const values = {
		...{ stream_id: id, name: 'Moves', enabled: true, severity: 'info' as const, clip: false },
		...{ sustain_s: 0, release_s: 0, cooldown_s: 0 },
		condition: { type: 'flow_magnitude' as const, op: 'over' as const, value: 1, relative: false }
	};
	rule = (await client.db.insert(schema.rules).values(values).returning())[0]!;
	const token = await grantLease(client.db, id);
	const dataDir = join(folder, 'data');
	alerts = createAlerts({
		...{ db: client.db, bus, log, dataDir, ffmpegPath: null, clipRingDir: null },
		files: createFiles({ dataDir, instance: 'test', objects: null, bus, log }),
		...{ leaseOf: () => token, onStatus: () => () => {}, speaksForUnheld: true },
		stillAt: async () => ({ drawn: async () => Buffer.alloc(200_000) }),
		timing: { backoff: { baseMs: 50, capMs: 200 } }
	});
	alerts.start();
	await alerts.settled();
});
afterEach(async () => {
	await alerts.stop(100);
	await client.close(1);
	await cluster.stop();
	rmSync(folder, { recursive: true, force: true });
});

function say(state: RuleState['state'], at: number): void {
	const figures = { value: 2, peak: 2, labels: {} };
	bus.publish(subjects.ruleState, {
		ruleId: rule.id,
		streamId: rule.stream_id,
		state,
		at: BEGIN + at,
		...figures
	});
}
const told = async () =>
	(await alerts.list(alertsQuery.parse({}))).map((one) => [Date.parse(one.starts_at) - BEGIN, one.status]);

describe('an outage', () => {
	it('in the middle of an alert, and over another one, loses neither', async () => {
		say('firing', 0);
		await alerts.settled();
		await cluster.stop();
		say('clear', 1000);
		say('firing', 20_000);
		say('clear', 21_000);
		say('firing', 40_000);
		await new Promise((resolve) => setTimeout(resolve, 400));
		cluster = await start();
		await alerts.settled();
		expect(await told()).toEqual([
			[40_000, 'firing'],
			[20_000, 'resolved'],
			[0, 'resolved']
		]);
		expect(await client.db.$count(schema.outbox)).toBe(5);
	});
});

const isRoot = process.getuid?.() === 0;

describe.runIf(isRoot)('a full disk (needs root, for a small disk of its own)', () => {
	it('costs the picture alone, and says so', async ({ skip }) => {
		const dir = join(folder, 'data', 'alerts');
		mkdirSync(dir, { recursive: true });
		try {
			execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', dir], { stdio: 'ignore' });
		} catch {
			skip('this container may not mount a small disk');
		}
		try {
			writeFileSync(join(dir, 'ballast'), Buffer.alloc(100 * 1024));
			say('firing', 0);
			say('clear', 1000);
			await alerts.settled();
			const [alert] = await alerts.list(alertsQuery.parse({}));
			expect(alert).toMatchObject({ status: 'resolved', snapshot_url: null });
			expect(alert?.snapshot_problem).toContain('The disk is full');
			rmSync(join(dir, 'ballast'));
			say('firing', 60_000);
			await alerts.settled();
			expect((await alerts.list(alertsQuery.parse({ limit: 1 })))[0]).toMatchObject({
				snapshot_problem: null
			});
		} finally {
			execFileSync('umount', ['-l', dir]);
		}
	});
});
