// The checks of the server's health that take a look now and then: each answers at once from what was last seen.
import { access, constants, statfs } from 'node:fs/promises';
import type { StreamStatus } from '#lib/contracts/status.ts';
import { causeChain } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Bus, BusState, Journal } from '../../bus/index.ts';
import type { Check } from './report.ts';

export interface VitalsDeps {
	/** Of the database; null while it answers. */
	outage(): { since: Date } | null;
	bus: Bus;
	log: Logger;
	instance: string;
	dataDir: string;
	statuses(): StreamStatus[];
	/** As found when the server started; null where none was. `needed`: streams are decoded here. */
	ffmpeg: { path: string | null; needed: boolean };
	/** Of the threads that run models. */
	inference(): {
		threads: number;
		busy: number;
		waiting: number;
		streams: Record<string, { looked: number }>;
	};
	fleet: {
		/** Seconds this instance's clock is ahead of the database's; null while unknown. */
		clockSkewS(): number | null;
		/** Other instances that live on the same database. */
		others(): number;
		/** Whether an instance lives that delivers alerts. */
		delivers(): boolean;
	};
	/** What keeps messages until they had their effect; null where none is used. */
	journal: Pick<Journal, 'state'> | null;
	/** Messages set aside that nobody has looked after. */
	parked(): Promise<number>;
	/** When the alert was written that waits longest to be delivered; null when none does. */
	oldestUndelivered(): Promise<Date | null>;
	/** Bytes free and in all where the data lies; the file system's own word unless given. */
	disk?: (dir: string) => Promise<{ free: number; total: number }>;
	now?: () => number;
}

export type VitalName =
	| 'database'
	| 'ffmpeg'
	| 'bus'
	| 'journal'
	| 'clock'
	| 'streamThreads'
	| 'inference'
	| 'disk'
	| 'outbox'
	| 'messages'
	| 'streams';

export interface Vitals {
	checks: Record<VitalName, () => Check>;
	/** One look at everything; also taken every few seconds once started. */
	look(): Promise<void>;
	start(): void;
	stop(): void;
}

const LOOK_EVERY_MS = 10_000;
/** A camera may hiccup for so long before the server's health speaks of it. */
const STALE_AFTER_MS = 30_000;
/** A database is back from a restart or a failover by then. */
const OUTAGE_MS = 60_000;
const UNDELIVERED_AFTER_MS = 5 * 60_000;
const INFERENCE_STUCK_AFTER_MS = 30_000;
const CLOCK_SKEW_S = 2;
const MIN_FREE_BYTES = 1024 ** 3;
const MIN_FREE_SHARE = 0.05;

const OK: Check = { state: 'ok' };
const degraded = (reason: string): Check => ({ state: 'degraded', reason });

export function createVitals(deps: VitalsDeps): Vitals {
	const { bus, log, now = Date.now, disk = diskSpace } = deps;
	let ffmpegRuns = deps.ffmpeg.path !== null;
	let diskCheck = OK;
	let outboxSince: Date | null = null;
	let parked = 0;
	let inference = { looked: 0, at: now() };
	/** By stream: ms since the epoch from which on it gave no picture. */
	let without: ReadonlyMap<string, number> = new Map();
	let timer: NodeJS.Timeout | null = null;

	function lookAtStreams(): Check {
		const wanted = deps.statuses().filter(({ status }) => status !== 'deactivated');
		without = new Map(
			wanted
				.filter(({ status }) => status !== 'connected')
				.map((stream) => [stream.streamId, pictureless(stream, without.get(stream.streamId))])
		);
		return judgeStreams([...without.values()], wanted.length, now());
	}

	/** It may be taken away, or changed for one that cannot be run, while the server goes on. */
	async function lookAtFfmpeg(): Promise<void> {
		const { path } = deps.ffmpeg;
		if (path === null) return;
		ffmpegRuns = await access(path, constants.X_OK).then(
			() => true,
			() => false
		);
	}

	async function lookAtDisk(): Promise<void> {
		try {
			diskCheck = judgeDisk(await disk(deps.dataDir));
		} catch (error) {
			diskCheck = degraded(`the free space of the data folder cannot be told: ${codeOf(error)}`);
		}
	}

	/** While the database is away, the age of what waits grows from what is known. */
	async function lookAtOutbox(): Promise<void> {
		try {
			outboxSince = await deps.oldestUndelivered();
		} catch (error) {
			log.debug({ cause: causeChain(error) }, 'the outbox cannot be looked at');
		}
	}

	async function lookAtParked(): Promise<void> {
		try {
			parked = await deps.parked();
		} catch (error) {
			log.debug({ cause: causeChain(error) }, 'messages that were set aside cannot be counted');
		}
	}

	function lookAtInference(): void {
		const { busy, threads, waiting, streams } = deps.inference();
		const looked = Object.values(streams).reduce((total, stream) => total + stream.looked, 0);
		const stuck = busy >= threads && waiting > 0 && looked === inference.looked;
		if (!stuck) inference = { looked, at: now() };
	}

	async function look(): Promise<void> {
		lookAtInference();
		lookAtStreams();
		await Promise.all([lookAtFfmpeg(), lookAtDisk(), lookAtOutbox(), lookAtParked()]);
	}

	return {
		checks: {
			database: () => judgeDatabase(deps.outage(), now()),
			ffmpeg: () => judgeFfmpeg(deps.ffmpeg, ffmpegRuns),
			bus: () => judgeBus(bus.state(), deps.fleet.others()),
			journal: () => judgeJournal(deps.journal),
			clock: () => judgeClock(deps.fleet.clockSkewS()),
			streamThreads: () => judgeThreads(deps.statuses()),
			inference: () =>
				now() - inference.at < INFERENCE_STUCK_AFTER_MS
					? OK
					: degraded(
							'pictures wait for a model and no thread has finished one; restart the server if this stays'
						),
			disk: () => diskCheck,
			outbox: () => judgeOutbox(deps.fleet.delivers(), outboxSince, now()),
			messages: () => judgeParked(parked),
			streams: lookAtStreams
		},
		look,
		start() {
			void look();
			timer = setInterval(() => void look(), LOOK_EVERY_MS);
			timer.unref();
		},
		stop() {
			if (timer) clearInterval(timer);
		}
	};
}

/** Streams run on without it and what they tell is kept for a while; but nothing is answered, and in the end nothing stored. */
function judgeDatabase(outage: { since: Date } | null, now: number): Check {
	if (!outage) return OK;
	return {
		state: now - outage.since.getTime() < OUTAGE_MS ? 'degraded' : 'failed',
		reason: `the database does not answer since ${outage.since.toISOString()}`
	};
}

function judgeFfmpeg({ path, needed }: VitalsDeps['ffmpeg'], runs: boolean): Check {
	if (runs || !needed) return OK;
	return degraded(
		path === null
			? 'no ffmpeg was found, so no stream can be decoded; `npm run doctor` says how to install it, then restart the server'
			: 'the ffmpeg that was there when the server started cannot be run any more, so no stream can be decoded; put it back, or restart the server where another is installed'
	);
}

function judgeDisk({ free, total }: { free: number; total: number }): Check {
	if (free >= MIN_FREE_BYTES && free >= MIN_FREE_SHARE * total) return OK;
	const percent = total > 0 ? ` (${((100 * free) / total).toFixed(1)} %)` : '';
	return degraded(
		`the disk of the data folder has ${(free / 1e9).toFixed(1)} GB${percent} free; make room, or keep less: Settings → Retention`
	);
}

/** Without it every stream runs on and alerts are delivered; what is missing is the others. */
function judgeBus({ kind, connected, lostAt, reason }: BusState, others: number): Check {
	if (kind === 'memory' && others > 0)
		return degraded(
			`${count(others, 'other instance')} ${others === 1 ? 'uses' : 'use'} this database but NATS_URL is not set: pictures and changes do not come from there; set it for all`
		);
	if (connected) return OK;
	const since = lostAt === null ? '' : ` since ${lostAt.toISOString()}`;
	return degraded(
		`NATS does not answer${since}${reason === null ? '' : ` (${reason})`}; streams and alerts go on, pictures of other instances do not come`
	);
}

function judgeJournal(journal: VitalsDeps['journal']): Check {
	const state = journal?.state();
	if (!state || state.available) return OK;
	return degraded(
		`${state.reason ?? 'the journal is away'}; alerts are delivered from the database meanwhile`
	);
}

function judgeClock(skewS: number | null): Check {
	if (skewS === null || Math.abs(skewS) <= CLOCK_SKEW_S) return OK;
	const words = `${Math.abs(skewS).toFixed(1)} s ${skewS > 0 ? 'ahead of' : 'behind'}`;
	return degraded(`this machine's clock is ${words} the database's; set both by the same source`);
}

function judgeParked(parked: number): Check {
	if (parked === 0) return OK;
	return degraded(
		`${count(parked, 'message')} could not be used and ${parked === 1 ? 'was' : 'were'} set aside; see Settings → Instances`
	);
}

function judgeOutbox(delivers: boolean, since: Date | null, now: number): Check {
	if (!delivers)
		return degraded(
			'no instance that lives has the role relay, so alerts wait undelivered; start one whose VF_ROLES has it'
		);
	if (since === null || now - since.getTime() < UNDELIVERED_AFTER_MS) return OK;
	const minutes = Math.floor((now - since.getTime()) / 60_000);
	return degraded(
		`an alert has waited ${minutes} min to be delivered; Settings → Channels tells which receiver does not take it`
	);
}

function judgeThreads(statuses: StreamStatus[]): Check {
	const down = statuses.filter(({ code }) => code === 'worker_down').length;
	if (down === 0) return OK;
	return degraded(
		`${count(down, 'stream')} lost the thread that runs them; they are started again by themselves`
	);
}

/** Since when a stream gives none: a new attempt, another run or another word for its trouble does not begin it anew. */
function pictureless({ since, lastFrameAt }: StreamStatus, known = Date.parse(since)): number {
	return lastFrameAt === null ? known : Math.max(known, Date.parse(lastFrameAt));
}

/** How many, never which: everybody may read this. */
function judgeStreams(since: number[], wanted: number, now: number): Check {
	const stale = since.filter((at) => now - at >= STALE_AFTER_MS).length;
	if (stale === 0) return OK;
	return degraded(`${stale} of ${count(wanted, 'stream')} give${stale === 1 ? 's' : ''} no pictures`);
}

function count(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `ENOENT` and the like: the message would name the path. */
function codeOf(error: unknown): string {
	return (error as NodeJS.ErrnoException | null)?.code ?? 'no reason given';
}

async function diskSpace(dir: string): Promise<{ free: number; total: number }> {
	const { bavail, blocks, bsize } = await statfs(dir);
	return { free: bavail * bsize, total: blocks * bsize };
}
