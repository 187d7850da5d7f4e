// Counts what passes on the bus, stream by stream, until the stream is forgotten.
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { DetectionRecord } from '#lib/contracts/detection.ts';
import type { PreviewFrame } from '#lib/contracts/messages.ts';
import { SEVERITIES, type Severity } from '#lib/contracts/rule.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';
import { subjects, type Bus } from '../../bus/index.ts';
import { LATENCY_BOUNDS_S } from './stream-families.ts';
import { createHistogramTally, type HistogramFigures, type HistogramTally } from './tally.ts';

/** Classes of a stream counted by name: a model may know hundreds, and each would be a series for ever. */
const MAX_CLASSES = 4;
const MAX_CLASS_LENGTH = 64;
const OTHER = 'other';
/** Alerts remembered as counted: each is told again with every change. */
const MAX_ALERTS = 10_000;
/** An alert that began longer before this server was counted by the one before, if at all. */
const ALERT_SLACK_MS = 5 * 60_000;

export interface StreamEntry {
	/** ms since the epoch: when the stream was first heard of, and of its newest frame. */
	seenAt: number;
	lastFrameAt: number | null;
	detections: ReadonlyMap<string, number>;
	latency: HistogramFigures | null;
}

export interface Ledger {
	/** What is known of a stream; heard of from now on when nothing is. */
	of(streamId: string): StreamEntry;
	alerts(): Record<Severity, number>;
	/** Forgets every stream that is not among these. */
	keep(streamIds: ReadonlySet<string>): void;
	/** Streams remembered. */
	readonly size: number;
	stop(): void;
}

interface Entry {
	seenAt: number;
	lastFrameAt: number | null;
	detections: Map<string, number>;
	latency: HistogramTally;
}

/** Only what happens here is counted, whoever else is on the bus: the others count theirs. */
export function createLedger(bus: Bus, now: () => number = Date.now): Ledger {
	const here = { from: 'here' } as const;
	const startedAt = now();
	const streams = new Map<string, Entry>();
	const alerts = Object.fromEntries(SEVERITIES.map((severity) => [severity, 0])) as Record<Severity, number>;
	const counted = new Set<string>();

	function open(streamId: string): Entry {
		const known = streams.get(streamId);
		if (known) return known;
		const latency = createHistogramTally(LATENCY_BOUNDS_S);
		const fresh: Entry = { seenAt: now(), lastFrameAt: null, detections: new Map(), latency };
		streams.set(streamId, fresh);
		return fresh;
	}

	function countAlert({ id, status, severity, starts_at, acknowledged_at }: AlertRecord): void {
		if (status !== 'firing' || acknowledged_at !== null || counted.has(id)) return;
		if (Date.parse(starts_at) < startedAt - ALERT_SLACK_MS) return;
		if (counted.size >= MAX_ALERTS) counted.delete([...counted.keys()][0]!);
		counted.add(id);
		alerts[severity]++;
	}

	function hearStatus({ streamId, status, lastFrameAt }: StreamStatus): void {
		if (status === 'deactivated') return;
		const entry = open(streamId);
		if (lastFrameAt !== null) entry.lastFrameAt = Date.parse(lastFrameAt);
	}

	function hearFrame({ streamId, capturedAt }: PreviewFrame): void {
		streams.get(streamId)?.latency.observe((now() - capturedAt) / 1000);
	}

	function hearDetection({ stream_id, label }: DetectionRecord): void {
		const entry = streams.get(stream_id);
		if (entry) count(entry.detections, label);
	}

	const unsubscribe = [
		bus.subscribe(subjects.status, hearStatus, here),
		bus.subscribe(subjects.frame, hearFrame, here),
		bus.subscribe(subjects.detection, hearDetection, here),
		bus.subscribe(subjects.alert, countAlert, here),
		bus.subscribe(subjects.streamChange, ({ streamId, change }) => {
			if (change === 'deleted') streams.delete(streamId);
		})
	];

	return {
		of(streamId) {
			const { latency, ...entry } = open(streamId);
			const figures = latency.figures();
			return { ...entry, latency: figures.count > 0 ? figures : null };
		},
		alerts: () => ({ ...alerts }),
		keep(streamIds) {
			for (const id of streams.keys()) if (!streamIds.has(id)) streams.delete(id);
		},
		get size() {
			return streams.size;
		},
		stop() {
			for (const end of unsubscribe) end();
		}
	};
}

/** First come, first named: a class that moved between its own series and the rest would make both run backwards. */
function count(classes: Map<string, number>, label: string): void {
	const wanted = label.slice(0, MAX_CLASS_LENGTH);
	const named = [...classes.keys()].filter((name) => name !== OTHER).length;
	const name = classes.has(wanted) || named < MAX_CLASSES ? wanted : OTHER;
	classes.set(name, (classes.get(name) ?? 0) + 1);
}
