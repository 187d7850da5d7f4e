// Every subject of the bus, declared once with the type of what travels on it.
import type { AlertRecord, RuleState } from '#lib/contracts/alert.ts';
import type { DetectionRecord } from '#lib/contracts/detection.ts';
import type { StreamFacts } from '#lib/contracts/facts.ts';
import type { ActivityLine } from '#lib/contracts/live.ts';
import type { PreviewFrame } from '#lib/contracts/messages.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';

/** A name and, in its type alone, the payload that belongs to it. */
export interface Subject<T> {
	readonly name: string;
	/** Never set: carries the payload's type. */
	readonly payload?: T;
}

/** One line of a stream's activity log. */
export type StreamActivity = ActivityLine & { streamId: string };

/** A stream's registry record was written: `processing` when its run has to change with it. */
export interface StreamChange {
	streamId: string;
	change: 'created' | 'processing' | 'display' | 'activation' | 'deleted';
}

function subject<T>(name: string): Subject<T> {
	return { name };
}

export const subjects = {
	/** A preview picture with its vectors, as often as the worker sends them. */
	frame: subject<PreviewFrame>('stream.frame'),
	/** A stream's status: once a second while it runs, and at once on every change. */
	status: subject<StreamStatus>('stream.status'),
	activity: subject<StreamActivity>('stream.activity'),
	streamChange: subject<StreamChange>('stream.change'),
	/** What a stream's zones showed, once a second. */
	facts: subject<StreamFacts>('stream.facts'),
	/** What a rule says: at every change, and once when a run begins. */
	ruleState: subject<RuleState>('rule.state'),
	/** A stream's zones or rules were written. */
	watchChange: subject<{ streamId: string }>('stream.watch'),
	/** A detection was stored. */
	detection: subject<DetectionRecord>('detection'),
	/** An alert began, changed or ended. */
	alert: subject<AlertRecord>('alert'),
	/** Something waits in the outbox. */
	outbox: subject<null>('outbox'),
	/** What an instance says to itself, to know that the bus carries. */
	echo: subject<string>('health.echo')
};
