// What tests and simulations of many instances stand on: leases with an engine that runs nothing.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
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
	/** Its way to the database: as `frozen` nothing comes back until it is up again, as `cut` every question fails. */
	network: 'up' | 'frozen' | 'cut';
	/** Questions it asked the database. */
	readonly asked: number;
}

export interface SimulationOptions {
	self?: Partial<Self>;
	bus?: Bus;
	ttlMs?: number;
	passMs?: number;
	clock?: () => number;
	events?: boolean;
	/** How long a run takes to stop, ms. */
	stopMs?: number;
}

/** An instance as far as leases go. Not started; end it with `leases.release()`, or let it die by freezing its network. */
export function simulateInstance(
	db: FleetDatabase,
	{ self: given = {}, bus, stopMs = 0, ...options }: SimulationOptions = {}
): SimulatedInstance {
	const self = selfOf(given);
	const log = pino({ level: process.env['LOG_LEVEL'] ?? 'silent', name: self.id });
	const cable = cableTo(db);
	const leases = createLeases({
		...{ db, line: cable.line, log, self },
		bus: bus ?? createMemoryBus(log, self.id),
		...options
	});
	const running = new Set<string>();
	const failing = new Set<string>();
	leases.attach({ occupied: (id) => running.has(id), failing: () => [...failing] });
	leases.onChange(() => {
		const wanted = leases.wanted();
		for (const id of wanted.keys()) running.add(id);
		for (const id of running) if (!wanted.has(id)) setTimeout(() => end(id), stopMs);
	});
	function end(id: string): void {
		if (leases.wanted().has(id)) return;
		running.delete(id);
		void leases.pass();
	}
	return {
		...{ self, leases, running, failing },
		get network() {
			return cable.state();
		},
		set network(state) {
			cable.set(state);
		},
		get asked() {
			return cable.asked();
		}
	};
}

type Network = SimulatedInstance['network'];

/** A database behind a network that can be cut. */
function cableTo(db: FleetDatabase) {
	let state: Network = 'up';
	let asked = 0;
	let up = Promise.withResolvers<void>();
	up.resolve();
	async function pass<T>(work: () => PromiseLike<T>): Promise<T> {
		asked++;
		if (state === 'cut') throw Object.assign(new Error('cut'), { query: '', code: 'ECONNREFUSED' });
		await up.promise;
		const answer = await work();
		await up.promise;
		return answer;
	}
	const behind = {
		execute: (query: Parameters<FleetDatabase['execute']>[0]) => pass(() => db.execute(query)),
		transaction: (work: Parameters<FleetDatabase['transaction']>[0]) => pass(() => db.transaction(work))
	} as unknown as FleetDatabase;
	return {
		line: { db: () => behind, renew: () => {} },
		state: () => state,
		asked: () => asked,
		set(next: Network) {
			state = next;
			up.resolve();
			if (next === 'frozen') up = Promise.withResolvers<void>();
		}
	};
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

type StagedOptions = SimulationOptions & { maxStreams?: number; labels?: Labels };

/** Several instances on one test database, with short leases. */
export interface Stage {
	/** Of a lease, ms. */
	readonly ttlMs: number;
	instance(id: string, options?: StagedOptions): SimulatedInstance;
	started(...all: SimulatedInstance[]): Promise<void>;
	/** Ends all of them. */
	clear(): Promise<void>;
}

export function createStage(
	db: () => FleetDatabase,
	{ ttlMs, passMs }: { ttlMs: number; passMs: number }
): Stage {
	let living: SimulatedInstance[] = [];
	return {
		ttlMs,
		instance(id, { maxStreams = 16, labels = {}, self, ...rest } = {}) {
			const made = simulateInstance(db(), {
				self: { id, maxStreams, labels, ...self },
				...{ ttlMs, passMs },
				...rest
			});
			living.push(made);
			return made;
		},
		async started(...all) {
			await Promise.all(all.map(({ leases }) => leases.start()));
		},
		async clear() {
			// One behind a cut network can give nothing back.
			await Promise.allSettled(living.map(({ leases }) => leases.release()));
			living = [];
		}
	};
}

export const size = ({ leases }: SimulatedInstance) => leases.held().size;
export const sizes = (...all: SimulatedInstance[]) => all.map(size);
export const placed = (...all: SimulatedInstance[]) => sizes(...all).reduce((sum, count) => sum + count, 0);
export const heldBy = ({ leases }: SimulatedInstance) => [...leases.held().keys()].sort();

/** Waits until it holds; answers how long that took, ms. */
export async function until(what: string, holds: () => boolean, limitMs = 10_000): Promise<number> {
	const begun = performance.now();
	while (!holds()) {
		if (performance.now() - begun > limitMs) throw new Error(`waited ${limitMs} ms in vain until ${what}`);
		await sleep(10);
	}
	return performance.now() - begun;
}
