// The harness: kills at random moments under a steady stream of alerts, then lets everything drain and counts.
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { audit, waiting, type Audit, type Waiting } from './audit.ts';
import type { Member } from './members.ts';
import { createChance, type Chance } from './random.ts';
import { openScene, type Scene } from './scene.ts';

export interface Options {
	seed: number;
	kills: number;
	statesPerSecond: number;
	/** Between two kills, ms. */
	everyMs: [number, number];
	/** For everything to arrive once nothing is killed any more. */
	drainWithinMs: number;
	/** Whether to wait until the journal itself has nothing left, which takes half a minute after a kill. */
	emptyJournal: boolean;
	say: (text: string) => void;
}

export interface Report extends Audit {
	seed: number;
	kills: Record<Member['kind'], number>;
	seconds: number;
	drainS: number;
	left: Waiting;
	requests: number;
	refused: number;
	cutOff: number;
	crashes: string[];
	ok: boolean;
}

const DOWN_MS: [number, number] = [50, 1000];
const KINDS: Member['kind'][] = ['writer', 'relay', 'consumer', 'nats', 'postgres'];

export async function runHarness(options: Options): Promise<Report> {
	const began = performance.now();
	const scene = await openScene(options.seed, options.statesPerSecond);
	const leave = () => void scene.close().finally(() => process.exit(130));
	for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, leave);
	try {
		const kills = await killAbout(scene, options);
		await sleep(1000);
		const code = await scene.writer.end();
		if (code !== 0)
			throw new Error(`the writer did not end in peace (${code}): ${scene.writer.crashes().join('\n')}`);
		const drained = performance.now();
		const left = await drain(scene, options);
		const counted = await audit(scene.client, scene.receiver);
		const crashes = scene.processes.flatMap((member) => member.crashes());
		return {
			...{ seed: options.seed, kills, left, crashes },
			seconds: Math.round((performance.now() - began) / 1000),
			drainS: Math.round((performance.now() - drained) / 100) / 10,
			...scene.receiver.figures(),
			...counted,
			ok: isWell(counted) && crashes.length === 0 && counted.alerts > 0
		};
	} finally {
		for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, leave);
		await scene.close();
	}
}

const isWell = ({ lost, doubled, unexpected, open, parked }: Audit) =>
	lost.length + doubled.length + unexpected.length + open + parked === 0;

/** Answers how many of each were killed. All are up again at the end. */
async function killAbout(scene: Scene, options: Options): Promise<Report['kills']> {
	const chance = createChance(options.seed);
	const kills = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Report['kills'];
	const returning = new Set<Promise<void>>();
	for (let done = 0; done < options.kills;) {
		await sleep(chance.between(...options.everyMs));
		const target = aim(scene, chance);
		if (!target) continue;
		await target.kill();
		kills[target.kind]++;
		done++;
		if (done % 25 === 0)
			options.say(`${done} kills, ${scene.receiver.figures().requests} requests ${await figures(scene)}`);
		const back = comeBack(target, chance.between(...DOWN_MS)).finally(() => returning.delete(back));
		returning.add(back);
	}
	await Promise.all(returning);
	return kills;
}

function aim({ members }: Scene, chance: Chance): Member | null {
	const kind = chance.of(KINDS);
	const up = members.filter((member) => member.kind === kind && member.isUp());
	return up.length > 0 ? chance.of(up) : null;
}

async function comeBack(member: Member, afterMs: number): Promise<void> {
	await sleep(afterMs);
	await member.revive();
}

const figures = ({ client }: Scene) =>
	waiting(client).then(
		(left) => JSON.stringify(left),
		() => '(the database is down)'
	);

/** Until nothing waits anywhere; answers what still does when the time is over. */
async function drain(scene: Scene, { drainWithinMs, emptyJournal, say }: Options): Promise<Waiting> {
	const deadline = Date.now() + drainWithinMs;
	let left = await waiting(scene.client);
	for (let turn = 1; ; turn++) {
		left = await waiting(scene.client).catch(() => left);
		const nothing = left.unplanned + left.unpublished + left.pending === 0;
		if (nothing && (!emptyJournal || (await unacknowledged(scene)) === 0)) return left;
		if (Date.now() > deadline) return left;
		if (turn % 50 === 0) say(`draining: ${JSON.stringify(left)}`);
		await sleep(200);
	}
}

/** Messages of alerts that the consumers are not through with. */
async function unacknowledged({ nats }: Scene): Promise<number> {
	const connection = await connect({ servers: nats.url });
	try {
		const manager = await jetstreamManager(connection);
		const { num_pending, num_ack_pending } = await manager.consumers.info('VF_EVENTS', 'deliveries');
		return num_pending + num_ack_pending;
	} finally {
		await connection.close();
	}
}
