// Leases: which streams this instance may run. A pass a second renews what is held, gives back what stopped, and takes what is free.
import { bears } from '#lib/contracts/instance.ts';
import { causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { subjects, type Bus } from '../bus/index.ts';
import { createContact, DatabaseSilent } from './contact.ts';
import { createCrowding } from './crowding.ts';
import type { Leases, LocalRuns, Self } from './ports.ts';
import { confirmAlone } from './registration.ts';
import { quotasOf, type Quota, type WorkerLoad } from './rules.ts';
import * as store from './store.ts';

export interface LeasesDeps {
	db: store.FleetDatabase;
	/** A connection of its own; shares `db` unless given. */
	line?: store.FleetLine;
	bus: Bus;
	log: Logger;
	self: Self;
	/** Whether runs that end with their lease are told to the journal as well. */
	events?: boolean;
	/** Tests only, as all that follows. How long a lease lives without being renewed, ms. */
	ttlMs?: number;
	/** From the end of one pass to the next, ms. */
	passMs?: number;
	/** This machine's clock, ms since the epoch: it decides nothing and is only compared. */
	clock?: () => number;
}

const TTL_MS = 5000;
const PASS_MS = 1000;
/** Taken in one pass at most, so that others who start at the same moment get their share. */
const CLAIMS_PER_PASS = 10;
const FORGET_INSTANCES_MS = 24 * 3600_000;
const TIDY_EVERY_MS = 3600_000;

export function createLeases(deps: LeasesDeps): Leases {
	const { bus, log, self, events = false, ttlMs = TTL_MS, passMs = PASS_MS, clock = Date.now } = deps;
	const held = new Map<string, number>();
	/** Held until what runs of them has stopped. */
	const leaving = new Set<string>();
	/** Failing here, and better tried elsewhere. */
	const givenAway = new Set<string>();
	const crowding = createCrowding(self.id, 2 * ttlMs);
	const handlers = new Set<() => void>();
	const line = deps.line ?? { db: () => deps.db, renew: () => {} };
	const contact = createContact({ line, bus, log, ttlMs, passMs, alone: self.alone, clock });
	let wanted: ReadonlyMap<string, number> = new Map();
	let runs: LocalRuns = { occupied: () => false, failing: () => [] };
	let closed = false;
	let released = false;
	let doubled = false;
	/** Passes in a row with free streams that others should have taken. */
	let left = 0;
	let tidiedAt = -Infinity;
	let timer: NodeJS.Timeout | null = null;
	let watchdog: NodeJS.Timeout | null = null;
	let unsubscribe: (() => void)[] = [];
	let current: Promise<void> | null = null;
	let next: Promise<void> | null = null;

	/** One at a time; a call during one waits for a pass that begins after the call. */
	function pass(): Promise<void> {
		if (released) return Promise.resolve();
		if (!current) return (current = once().finally(() => (current = null)));
		return (next ??= current.then(() => {
			next = null;
			return pass();
		}));
	}

	async function once(): Promise<void> {
		try {
			const survey = await beat();
			if (!survey.registered) return loseId();
			doubled = false;
			const strangers = follow(survey);
			await giveBack([...stopped(), ...strangers]);
			if (!closed) await take(survey);
			// The owners of what has expired may be on their way back with it.
			if (survey.orphans > 0 && !contact.patient())
				await contact.ask((db) => store.bury(db, { self, ttlMs, events }));
			await tidy();
		} catch (error) {
			contact.failed(error);
		}
	}

	function beat(): Promise<store.Survey> {
		return contact.measured((db) =>
			store.beat(db, { self, ttlMs, clockSkewS: contact.clockSkewS(), closed })
		);
	}

	// ── what is held ──

	/** Drops what the database says is lost. Answers leases under this instance's name that it knows nothing of. */
	function follow(survey: store.Survey): store.HeldLease[] {
		const present = new Map(survey.held.map((lease) => [lease.streamId, lease]));
		for (const [id, token] of held) {
			if (present.get(id)?.token === token) continue;
			log.warn({ streamId: id, token }, 'lost the lease of a stream: its run here stops');
			drop(id);
		}
		chooseToGiveAway(survey);
		leaving.clear();
		for (const id of held.keys()) {
			const { active, placement } = present.get(id)!;
			if (closed || !active || !bears(self.labels, placement) || givenAway.has(id)) leaving.add(id);
		}
		tell();
		return survey.held.filter(({ streamId, token }) => held.get(streamId) !== token);
	}

	function drop(id: string): void {
		held.delete(id);
		leaving.delete(id);
		givenAway.delete(id);
	}

	/** Its lease went with it. */
	function forget(id: string): void {
		if (!held.has(id)) return;
		drop(id);
		tell();
	}

	/** Everything at once: without a word to the database, which others have by then. */
	function dropAll(): void {
		for (const id of [...held.keys()]) drop(id);
		tell();
	}

	function tell(): void {
		const now = new Map([...held].filter(([id]) => !leaving.has(id)));
		if (now.size === wanted.size && [...now].every(([id, token]) => wanted.get(id) === token)) return;
		wanted = now;
		for (const handler of handlers) handler();
	}

	function loseId(): void {
		if (!doubled) {
			log.error(
				{ instance: self.id, address: self.address },
				'another server runs under the same VF_INSTANCE_ID: this one runs no stream until the other is gone. Give each an id of its own.'
			);
		}
		doubled = true;
		dropAll();
	}

	// ── giving back ──

	function chooseToGiveAway({ workers, held: present }: store.Survey): void {
		const failing = runs.failing().filter((id) => wanted.has(id));
		const placements = new Map(present.map(({ streamId, placement }) => [streamId, placement]));
		for (const id of crowding.choose(failing, withSelf(workers), (one) => placements.get(one)))
			givenAway.add(id);
	}

	const stopped = () =>
		[...leaving]
			.filter((id) => !runs.occupied(id))
			.map((streamId) => ({ streamId, token: held.get(streamId)! }));

	async function giveBack(given: { streamId: string; token: number }[]): Promise<void> {
		if (given.length === 0) return;
		const free = await contact.ask((db) => store.giveBack(db, given, events));
		for (const { streamId, token } of given) if (held.get(streamId) === token) drop(streamId);
		tellFree(free);
	}

	function tellFree(free: string[]): void {
		if (free.length > 0) bus.publish(subjects.leasesFreed, { instance: self.id });
	}

	// ── taking ──

	async function take({ workers, groups }: store.Survey): Promise<void> {
		const quotas = quotasNow(withSelf(workers), groups);
		if (quotas.length === 0) return;
		const patient = contact.patient();
		const claimed = await contact.ask((db) => store.claim(db, { self, ttlMs, quotas, patient, events }));
		for (const { streamId, token } of claimed) held.set(streamId, token);
		if (claimed.length > 0) log.info({ streams: claimed.length, held: held.size }, 'took streams to run');
		tell();
		// More is due to this one among several that are there already: no second to lose.
		if (claimed.length >= CLAIMS_PER_PASS && workers.length > 1)
			setTimeout(() => void pass(), passMs / 4).unref();
	}

	function quotasNow(workers: WorkerLoad[], groups: store.Survey['groups']): Quota[] {
		const room = self.maxStreams - held.size;
		if (!self.roles.includes('worker') || groups.length === 0 || room <= 0) return none();
		const most = self.alone ? room : Math.min(room, CLAIMS_PER_PASS);
		const quotas = quotasOf(self.id, workers, groups, most);
		if (quotas.length > 0) return ((left = 0), quotas);
		// Whoever should take them does not: better here than nowhere.
		if (++left * passMs < 2 * ttlMs) return [];
		return quotasOf(self.id, withSelf([]), groups, 1);
	}

	function none(): Quota[] {
		left = 0;
		return [];
	}

	/** As this instance knows itself: its row may be a pass old. */
	function withSelf(workers: WorkerLoad[]): WorkerLoad[] {
		const { id, maxStreams, labels } = self;
		return [...workers.filter((worker) => worker.id !== id), { id, maxStreams, labels, held: held.size }];
	}

	async function tidy(): Promise<void> {
		if (performance.now() - tidiedAt < TIDY_EVERY_MS) return;
		tidiedAt = performance.now();
		await contact.ask((db) => store.forgetInstances(db, FORGET_INSTANCES_MS));
	}

	// ── its life ──

	function loop(): void {
		timer = setTimeout(
			() => void pass().finally(() => timer && loop()),
			// Not all at the same moment, though all started at once.
			passMs * (0.9 + 0.2 * Math.random())
		);
	}

	/** Alone in the dark while others lived: they run its streams by now. */
	function watch(): void {
		if (held.size === 0 || !contact.isCutOff()) return;
		log.error(
			{ streams: held.size },
			'cut off from the database and from the other instances: all runs stop'
		);
		dropAll();
	}

	function listen(): (() => void)[] {
		return [
			bus.subscribe(subjects.streamChange, ({ streamId, change }) => {
				if (change === 'deleted') forget(streamId);
				if (change !== 'display' && change !== 'processing') void pass();
			}),
			bus.subscribe(subjects.leasesFreed, ({ instance }) => {
				if (instance !== self.id) void pass();
			})
		];
	}

	return {
		async start() {
			await confirmAlone({ self, ttlMs, passMs, beat, ask: contact.ask }).catch((error: unknown) => {
				if (!(error instanceof DatabaseSilent)) throw error;
				log.warn(
					{ cause: causeChain(error) },
					'the database is away: this instance is registered when it is back'
				);
			});
			unsubscribe = listen();
			await pass();
			loop();
			watchdog = setInterval(watch, passMs);
		},
		held: () => held,
		wanted: () => wanted,
		tokenOf: (streamId) => held.get(streamId) ?? null,
		onChange(handler) {
			handlers.add(handler);
			return () => void handlers.delete(handler);
		},
		pass,
		attach: (engine) => void (runs = engine),
		close() {
			closed = true;
			for (const id of held.keys()) leaving.add(id);
			tell();
			void pass();
		},
		async release() {
			closed = true;
			if (timer) clearTimeout(timer);
			if (watchdog) clearInterval(watchdog);
			timer = watchdog = null;
			unsubscribe.forEach((end) => end());
			released = true;
			await current;
			try {
				tellFree(await contact.ask((db) => store.signOff(db, self, events)));
			} finally {
				dropAll();
			}
		},
		clockSkewS: contact.clockSkewS
	};
}
