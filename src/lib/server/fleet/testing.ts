// What tests and simulations of many instances stand on: leases with an engine that runs nothing.
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { Labels } from '#lib/contracts/instance.ts';
import { streamInput } from '#lib/contracts/stream.ts';
import { createMemoryBus, type Bus } from '../bus/index.ts';
import { createLeases } from './leases.ts';
import type { Leases, Self } from './ports.ts';
import { streams } from '../db/schema/streams.ts';
import type { FleetDatabase } from './store.ts';

export interface SimulatedInstance {
	readonly self: Self;
	readonly leases: Leases;
	/** What its engine runs now: follows what is wanted, without a camera or a pixel. */
	readonly running: Set<string>;
	/** Streams that cannot run here. */
	readonly failing: Set<string>;
}

export interface SimulationOptions {
	self?: Partial<Self>;
	bus?: Bus;
	ttlMs?: number;
	passMs?: number;
	clock?: () => number;
	/** How long a run takes to stop, ms. */
	stopMs?: number;
}

/** An instance as far as leases go. Not started; end it with `leases.release()`, or let it die by calling nothing any more. */
export function simulateInstance(
	db: FleetDatabase,
	{ self: given = {}, bus, stopMs = 0, ...options }: SimulationOptions = {}
): SimulatedInstance {
	const self = selfOf(given);
	const log = pino({ level: process.env['LOG_LEVEL'] ?? 'silent', name: self.id });
	const leases = createLeases({ db, bus: bus ?? createMemoryBus(log, self.id), log, self, ...options });
	const running = new Set<string>();
	const failing = new Set<string>();
	leases.attach({ occupied: (id) => running.has(id), failing: () => [...failing] });
	leases.onChange(() => {
		const wanted = leases.wanted();
		for (const id of wanted.keys()) running.add(id);
		for (const id of running) {
			if (wanted.has(id)) continue;
			setTimeout(() => {
				if (!leases.wanted().has(id)) running.delete(id);
				void leases.pass();
			}, stopMs);
		}
	});
	return { self, leases, running, failing };
}

/** Adds wanted streams that no camera stands behind, oldest first; answers their ids. */
export async function addStreams(
	db: FleetDatabase,
	count: number,
	placement: Labels = {}
): Promise<string[]> {
	const input = streamInput.parse({ name: 'camera', rtsp_url: 'rtsp://10.0.0.1/x', placement });
	const now = Date.now();
	const rows = Array.from({ length: count }, (_, i) => ({
		id: randomUUID(),
		...input,
		sealed_url: 'x',
		created_at: new Date(now + i)
	}));
	for (let from = 0; from < rows.length; from += 500)
		await db.insert(streams).values(rows.slice(from, from + 500));
	return rows.map(({ id }) => id);
}

export function selfOf(given: Partial<Self> = {}): Self {
	const id = given.id ?? `instance-${randomUUID().slice(0, 8)}`;
	return {
		id,
		boot: randomUUID(),
		roles: ['worker'],
		labels: {},
		maxStreams: 16,
		version: '0.0.0',
		address: `${id}.example:3000`,
		alone: false,
		...given
	};
}
