// The scene: a real PostgreSQL, a real NATS, a receiver, channels and rules; and the processes between them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { channelInput } from '#lib/contracts/channel.ts';
import { createMemoryBus } from '#lib/server/bus/index.ts';
import { startNats, type NatsServer } from '#lib/server/bus/testing/nats-server.ts';
import { projectRoot } from '#lib/server/config/index.ts';
import { connect, migrate, type Client } from '#lib/server/db/index.ts';
import { startCluster, type Cluster } from '#lib/server/db/embedded/cluster.ts';
import { grantLease } from '#lib/server/db/testing.ts';
import { createDelivery } from '#lib/server/delivery/index.ts';
import { addRuleOf } from '#lib/server/delivery/testing.ts';
import { startProcess, type Member, type ProcessMember } from './members.ts';
import type { Settings } from './processes/instance.ts';
import { createChance } from './random.ts';
import { startReceiver, type Receiver } from './receiver.ts';

const CHANNELS = 4;
const RULES = 8;
const log = pino({ level: 'silent' });

export interface Scene {
	client: Client;
	receiver: Receiver;
	nats: NatsServer;
	writer: ProcessMember;
	processes: ProcessMember[];
	/** All that may be killed. */
	members: Member[];
	close(): Promise<void>;
}

export async function openScene(seed: number, statesPerSecond: number): Promise<Scene> {
	const folder = mkdtempSync(join(tmpdir(), 'vf-delivery-'));
	// Durable as delivered: a commit that a killed database forgot would be its loss and not ours.
	const cluster = await startCluster({ folder: join(folder, 'postgres'), log });
	await migrate(cluster.connection, projectRoot().dir);
	const client = connect(cluster.connection, { max: 3 });
	const [nats, receiver] = await Promise.all([startNats(), startReceiver(createChance(seed + 1))]);
	const rules = await furnish(client, receiver.url);
	const settings: Omit<Settings, 'name'> = {
		...{ database: cluster.connection, natsUrl: nats.url, rules, statesPerSecond },
		dataDir: join(folder, 'data')
	};
	const [writer, ...others] = await Promise.all([
		startProcess('writer', { ...settings, name: 'writer' }),
		...(['relay', 'consumer'] as const).flatMap((kind) =>
			[1, 2].map((number) => startProcess(kind, { ...settings, name: `${kind} ${number}` }))
		)
	]);
	const processes = [writer, ...others];
	return {
		...{ client, receiver, nats, writer, processes },
		members: [...processes, natsMember(nats), postgresMember(cluster, client)],
		async close() {
			await Promise.all(processes.map((member) => member.kill()));
			await client.close(1);
			await Promise.all([nats.stop(), receiver.stop(), cluster.stop()]);
			rmSync(folder, { recursive: true, force: true });
		}
	};
}

/** Each rule tells one channel, and every fourth one two of them. */
async function furnish({ db }: Client, url: string): Promise<Settings['rules']> {
	const config = { secretKey: 'k'.repeat(32), sourceDeny: [], origin: 'http://localhost' };
	const { channels } = createDelivery({ db, bus: createMemoryBus(log), log, config });
	const made = [];
	for (let i = 0; i < CHANNELS; i++) {
		const name = `channel-${i}`;
		const limits = { min_interval_s: 0, max_per_hour: 10_000 };
		made.push(
			await channels.create(
				channelInput.parse({ name, type: 'webhook', ...limits, config: { url: `${url}/${name}` } })
			)
		);
	}
	// More than a person may ask for: nothing is held back here.
	await db.execute(sql`update channels set max_per_hour = 1000000000`);
	const rules: Settings['rules'] = [];
	for (let i = 0; i < RULES; i++) {
		const told = [made[i % CHANNELS]!, ...(i % 4 === 3 ? [made[(i + 1) % CHANNELS]!] : [])];
		const rule = await addRuleOf(db, told);
		rules.push({ ...rule, token: await grantLease(db, rule.streamId, 'writer') });
	}
	await db.execute(sql`update streams set is_active = true`);
	return rules;
}

function natsMember(nats: NatsServer): Member {
	let up = true;
	return {
		...{ name: 'nats', kind: 'nats' },
		isUp: () => up,
		async kill() {
			up = false;
			await nats.kill();
		},
		async revive() {
			await nats.restart();
			up = true;
		}
	};
}

/** It starts again by itself, as it does beside the server. */
function postgresMember(cluster: Cluster, client: Client): Member {
	let up = true;
	return {
		...{ name: 'postgres', kind: 'postgres' },
		isUp: () => up && cluster.pid() !== null,
		async kill() {
			const pid = cluster.pid();
			if (pid === null) return;
			up = false;
			process.kill(pid, 'SIGKILL');
		},
		async revive() {
			for (let tries = 0; tries < 600; tries++) {
				if (cluster.pid() !== null && (await answers(client))) break;
				await sleep(100);
			}
			up = true;
		}
	};
}

const answers = (client: Client) =>
	client.sql`select 1`.then(
		() => true,
		() => false
	);
