// How every stream of the fleet does: as its own engine says, as another instance says, or, where nobody says anything, why not.
import type { InstanceRecord } from '#lib/contracts/instance.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';
import { causeChain } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { skewOf, subjects, type Bus, type Origin } from '../../bus/index.ts';
import type { LocalEngine } from '../ports.ts';
import { asWritten, fellSilent, shifted, unplaced, whyUnplaced, type Told } from './rules.ts';
import type { KnownInstance, Missing, WantedStream } from './store.ts';

/** Whose word a status is: this instance's engine's, another's, or this view's own of a stream that nobody runs. */
export type Source = 'here' | 'elsewhere' | 'nobody';
export type StatusHandler = (status: StreamStatus, from: Source) => void;

export interface ViewDeps {
	self: { id: string };
	/**
	 * Whether anybody is shown here, or told, how other instances' streams do. Where not, their statuses stay away: with every
	 * instance hearing all of them, the bus would carry as many as streams times instances.
	 */
	showsOthers: boolean;
	bus: Bus;
	log: Pick<Logger, 'debug'>;
	engine(): Pick<LocalEngine, 'statuses' | 'status'>;
	/** Whether this instance holds the stream. */
	holds(streamId: string): boolean;
	look(missing: Missing): Promise<{ instances: KnownInstance[]; untold: WantedStream[] }>;
	now?: () => number;
}

export interface View {
	statuses(): StreamStatus[];
	status(streamId: string): StreamStatus;
	/** Where it runs as far as is heard; null where nobody says so. */
	holder(streamId: string): string | null;
	/** As last read; empty before that. */
	instances(): readonly InstanceRecord[];
	/** Calls the handler with every status that anybody tells from now on; the returned function ends that. */
	onStatus(handler: StatusHandler): () => void;
	/** Reads what nobody tells; also done every few seconds once started. */
	look(): Promise<void>;
	start(): void;
	stop(): void;
}

interface Heard {
	status: StreamStatus;
	/** By the monotonic clock, ms. */
	at: number;
}

const TICK_MS = 1000;
const LOOK_EVERY_MS = 3000;
/** Changes come in groups: one look for all; and in floods: no more than a few a second. */
const LOOK_SOON_MS = 150;
const LOOK_GAP_MS = 500;
/** Statuses come every second. */
const SILENT_AFTER_MS = 5000;
/** For so long a free stream is on its way to an instance. */
const PLACING_MS = 5000;
/** An instance that renewed later than this lives, though it is not heard here, seconds. */
const RENEWED_S = 3;

export function createView(deps: ViewDeps): View {
	const { self, bus, log, now = () => performance.now() } = deps;
	const handlers = new Set<StatusHandler>();
	const heard = new Map<string, Heard>();
	/** By instance: when anything was heard of it. */
	const voices = new Map<string, number>();
	/** What this view says itself, of streams that nobody tells of, and since when nobody does. */
	const told = new Map<string, { status: StreamStatus; from: number }>();
	/** Said to rest by whoever ran them: they may be wanted and on their way to another. */
	const leaving = new Map<string, { status: StreamStatus; from: Source }>();
	let instances: readonly KnownInstance[] = [];
	let looking: Promise<void> | null = null;
	let again = false;
	let soon: NodeJS.Timeout | null = null;
	let lookedAt = -Infinity;
	let timer: NodeJS.Timeout | undefined;
	let unsubscribe: (() => void)[] = [];

	const emit: StatusHandler = (status, from) => {
		for (const handler of handlers) handler(status, from);
	};

	/** Null where the engine has nothing to do with it. */
	function own(streamId: string): StreamStatus | null {
		const status = deps.engine().status(streamId);
		return status.status === 'deactivated' ? null : status;
	}

	function hear(status: StreamStatus, origin: Origin): void {
		const { here, instance } = origin;
		const from = here ? 'here' : 'elsewhere';
		const said = shifted(status, skewOf(origin));
		if (!here) voices.set(instance, now());
		if (said.status === 'deactivated') return leave(said, from, instance);
		// Two tell of it while it moves: who holds it is right.
		if (!here && deps.holds(said.streamId) && own(said.streamId)) return;
		if (here) heard.delete(said.streamId);
		else heard.set(said.streamId, { status: said, at: now() });
		told.delete(said.streamId);
		leaving.delete(said.streamId);
		emit(said, from);
	}

	function leave(status: StreamStatus, from: Source, instance: string): void {
		const { streamId } = status;
		const other = heard.get(streamId);
		if (from === 'elsewhere' && (own(streamId) || (other && other.status.instance !== instance))) return;
		if (from === 'here' && other) return;
		heard.delete(streamId);
		leaving.set(streamId, { status, from });
		lookSoon();
	}

	function lookSoon(): void {
		if (soon) return;
		const afterMs = Math.max(LOOK_SOON_MS, lookedAt + LOOK_GAP_MS - now());
		soon = setTimeout(() => {
			soon = null;
			void look();
		}, afterMs);
		soon.unref();
	}

	/** One look at a time; a call during one waits for a look that begins after the call. */
	async function look(): Promise<void> {
		again = true;
		looking ??= (async () => {
			while (again) {
				again = false;
				await lookOnce();
			}
		})().finally(() => (looking = null));
		return looking;
	}

	async function lookOnce(): Promise<void> {
		lookedAt = now();
		const silent = silentStreams();
		const left = [...leaving];
		try {
			// With what is told of here already: it may have found an instance that has yet to speak.
			const streams = deps.showsOthers ? [...silent, ...told.keys()] : [];
			const seen = await deps.look({ streams, instances: silentInstances() });
			instances = seen.instances;
			for (const id of [...voices.keys()]) if (!instances.some((one) => one.id === id)) voices.delete(id);
			judge(seen.untold, silent);
		} catch (error) {
			log.debug({ cause: causeChain(error) }, 'what nobody tells of cannot be read; what was known stands');
			for (const id of silent) if (heard.has(id)) tell(fellSilent(heard.get(id)!.status));
		}
		for (const [id, { status, from }] of left) {
			if (leaving.get(id)?.status !== status) continue;
			leaving.delete(id);
			if (!told.has(id)) emit(status, from);
		}
	}

	function judge(untold: WantedStream[], silent: readonly string[]): void {
		const wanted = new Set(untold.map(({ id }) => id));
		for (const stream of untold) if (!own(stream.id) && !isHeard(stream.id)) tell(whatToTell(stream));
		for (const id of silent) if (!wanted.has(id) && !isHeard(id)) forget(id);
		for (const id of [...told.keys()]) if (!wanted.has(id)) forget(id);
	}

	function whatToTell(stream: WantedStream): Told {
		const holder = stream.holder === null ? null : instances.find(({ id }) => id === stream.holder);
		if (holder && holder.age_s < RENEWED_S) return asWritten(stream, Date.now());
		const last = heard.get(stream.id);
		if (last && now() - last.at < SILENT_AFTER_MS + PLACING_MS) return fellSilent(last.status);
		heard.delete(stream.id);
		const since = told.get(stream.id)?.from ?? now();
		const placing = now() - since < PLACING_MS;
		return unplaced(stream.id, placing ? null : whyUnplaced(stream.placement, instances));
	}

	/** A status of this view's own; others hear of it when it changes. */
	function tell(next: Told): void {
		const { streamId } = next;
		const known = told.get(streamId);
		const before = known?.status;
		const same = before?.status === next.status && before.code === next.code;
		const since = same ? before.since : new Date().toISOString();
		told.set(streamId, { status: { ...next, since }, from: known?.from ?? now() });
		if (!same || before.detail !== next.detail) emit({ ...next, since }, 'nobody');
	}

	/** Nobody wants it any more. */
	function forget(streamId: string): void {
		const known = told.delete(streamId);
		const last = heard.delete(streamId);
		if ((known || last) && !own(streamId)) emit(deps.engine().status(streamId), 'nobody');
	}

	function isHeard(streamId: string): boolean {
		const last = heard.get(streamId);
		return last !== undefined && now() - last.at < SILENT_AFTER_MS;
	}

	const silentStreams = () => [...heard.keys()].filter((id) => !isHeard(id));

	function silentInstances(): string[] {
		if (!deps.showsOthers) return [];
		const quiet = (id: string) => now() - (voices.get(id) ?? -Infinity) >= SILENT_AFTER_MS;
		return instances
			.filter(({ id, state, streams }) => id !== self.id && state === 'up' && streams > 0 && quiet(id))
			.map(({ id }) => id);
	}

	function tick(): void {
		const news = silentStreams().some((id) => !told.has(id));
		if (news || now() - lookedAt >= LOOK_EVERY_MS) void look();
	}

	function listen(): (() => void)[] {
		return [
			bus.subscribe(subjects.status, hear),
			bus.subscribe(subjects.streamChange, ({ change }) => {
				if (change !== 'display' && change !== 'processing') lookSoon();
			}),
			bus.subscribe(subjects.leasesFreed, lookSoon)
		];
	}

	function status(streamId: string): StreamStatus {
		const mine = own(streamId);
		if (mine) return mine;
		return told.get(streamId)?.status ?? heard.get(streamId)?.status ?? deps.engine().status(streamId);
	}

	return {
		status,
		statuses() {
			const mine = deps.engine().statuses();
			const ids = new Set([...mine.map(({ streamId }) => streamId), ...heard.keys(), ...told.keys()]);
			const stopping = new Map(mine.map((one) => [one.streamId, one]));
			return [...ids].map((id) => {
				const best = status(id);
				return best.status === 'deactivated' ? (stopping.get(id) ?? best) : best;
			});
		},
		holder(streamId) {
			if (own(streamId)) return self.id;
			const last = heard.get(streamId)?.status.instance ?? told.get(streamId)?.status.instance;
			return last || null;
		},
		instances: () => instances,
		onStatus(handler) {
			// Wrapped: the same function may be given twice.
			const entry: StatusHandler = (status, from) => handler(status, from);
			handlers.add(entry);
			return () => void handlers.delete(entry);
		},
		look,
		start() {
			unsubscribe = deps.showsOthers ? listen() : [bus.subscribe(subjects.status, hear, { from: 'here' })];
			timer = setInterval(tick, TICK_MS);
			timer.unref();
		},
		stop() {
			for (const end of unsubscribe) end();
			clearInterval(timer);
			if (soon) clearTimeout(soon);
			soon = null;
		}
	};
}
