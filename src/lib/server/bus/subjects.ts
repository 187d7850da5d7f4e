// Every subject of the bus and every question asked over it, declared once with the type of what travels on it and how far.
import type { AlertRecord, RuleState } from '#lib/contracts/alert.ts';
import type { DetectionRecord } from '#lib/contracts/detection.ts';
import type { StreamFacts } from '#lib/contracts/facts.ts';
import type { ActivityLine } from '#lib/contracts/live.ts';
import type { PreviewFrame } from '#lib/contracts/messages.ts';
import type { ProbeResult } from '#lib/contracts/probe.ts';
import type { SourceConfig } from '#lib/contracts/run.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';

/** `here`: never leaves the instance. `fleet`: reaches every instance that listens. `watched`: reaches those that watch its key. */
export type Reach = 'here' | 'fleet' | 'watched';

/** A name and, in its type alone, the payload that belongs to it. */
export interface Subject<T> {
	readonly name: string;
	readonly reach: Reach;
	/** What it is about: part of the subject's name on the wire. */
	readonly key: ((payload: never) => string) | null;
	/** How it travels: JSON, or the frame's own form. */
	readonly form: 'json' | 'frame';
	/** Never set: carries the payload's type. */
	readonly payload?: T;
}

/** Asked of one instance, answered by it. */
export interface Question<Q, A> {
	readonly name: string;
	/** Never set: carry the types. */
	readonly asked?: Q;
	readonly answered?: A;
}

/** One line of a stream's activity log. */
export type StreamActivity = ActivityLine & { streamId: string };

/** A stream's registry record was written: `processing` when its run has to change with it, `placement` when it may have to move. */
export interface StreamChange {
	streamId: string;
	change: 'created' | 'processing' | 'placement' | 'display' | 'activation' | 'deleted';
}

function subject<T>(
	name: string,
	reach: Reach,
	{ key = null, form = 'json' }: { key?: ((payload: T) => string) | null; form?: 'json' | 'frame' } = {}
): Subject<T> {
	return { name, reach, key, form };
}

const question = <Q, A>(name: string): Question<Q, A> => ({ name });

export const subjects = {
	/** A preview picture with its vectors, as often as the worker sends them. */
	frame: subject<PreviewFrame>('stream.frame', 'watched', { key: ({ streamId }) => streamId, form: 'frame' }),
	/** A stream's status: once a second while it runs, and at once on every change. */
	status: subject<StreamStatus>('stream.status', 'fleet'),
	/** A line of a stream's activity log. */
	activity: subject<StreamActivity>('stream.activity', 'here'),
	streamChange: subject<StreamChange>('stream.change', 'fleet'),
	/** What a stream's zones showed, once a second. */
	facts: subject<StreamFacts>('stream.facts', 'here'),
	/** What a rule says: at every change, and once when a run begins. */
	ruleState: subject<RuleState>('rule.state', 'here'),
	/** A stream's zones or rules were written. */
	watchChange: subject<{ streamId: string }>('stream.watch', 'fleet'),
	/** The system settings were written. */
	settingsChange: subject<null>('settings.change', 'fleet'),
	/** A detection was stored. */
	detection: subject<DetectionRecord>('detection', 'fleet'),
	/** An alert began, changed or ended. */
	alert: subject<AlertRecord>('alert', 'fleet'),
	/** Something waits in the outbox. */
	outbox: subject<null>('outbox', 'fleet'),
	/** Streams have become free to be run by another instance. */
	leasesFreed: subject<{ instance: string }>('leases.freed', 'fleet')
};

export const questions = {
	/** The newest activity lines of a stream, oldest first, of the instance that runs it. */
	logs: question<{ streamId: string; tail: number }, ActivityLine[]>('engine.logs'),
	/** Tries a failed source again at once. */
	retry: question<{ streamId: string }, null>('engine.retry'),
	/** Looks at a source from where the instance stands. */
	probe: question<SourceConfig, ProbeResult>('engine.probe'),
	/** A file that only its writer has, by its path under DATA_DIR: base64, a part at a time; silence from who has none. */
	file: question<{ path: string; offset: number }, { part: string; size: number }>('file')
};
