// What each stage of a frame took: told of a share of the frames, and of every frame at which a rule changes its mind.
import { randomBytes } from 'node:crypto';
import type { RuleState } from '#lib/contracts/alert.ts';
import { traceparentOf, type FrameTrace } from '#lib/contracts/trace.ts';

/** Frames told without a rule's change: one so often, ms, whatever the share. */
const ORDINARY_EVERY_MS = 1000;

/** A frame under way. */
export interface TracedFrame {
	measured(): void;
	searched(objects: number): void;
}

export interface FrameTracing {
	/** A frame has come; null while nothing is traced, and then nothing is measured. */
	begin(frame: { capturedAt: number; width: number; height: number }): TracedFrame | null;
	/** Judges a frame; what rules say meanwhile belongs to its trace, and then it is told. */
	judge(frame: TracedFrame | null, work: () => void): void;
	/** What a rule says, with the context of the frame that made it say so. */
	mark(state: RuleState): RuleState;
}

/** `ratio`: the share of ordinary frames, 0..1; null traces nothing. */
export function createFrameTracing(
	ratio: number | null,
	tell: (frame: FrameTrace) => void,
	random: () => number = Math.random
): FrameTracing {
	let judging: Stopwatch | null = null;
	let lastOrdinary = -Infinity;

	function isSampled(now: number): boolean {
		if (now - lastOrdinary < ORDINARY_EVERY_MS || random() >= ratio!) return false;
		lastOrdinary = now;
		return true;
	}

	return {
		begin: (frame) => (ratio === null ? null : new Stopwatch(frame)),
		judge(frame, work) {
			if (!(frame instanceof Stopwatch)) return work();
			judging = frame;
			try {
				work();
			} finally {
				judging = null;
			}
			if (frame.changed || isSampled(performance.now())) tell(frame.end());
		},
		mark: (state) => judging?.mark(state) ?? state
	};
}

class Stopwatch implements TracedFrame {
	private readonly began = performance.now();
	private readonly receivedAt = Date.now();
	private readonly of: { capturedAt: number; width: number; height: number };
	private readonly changes: FrameTrace['changes'] = [];
	private trace: string | null = null;
	private measuredAt = 0;
	private searchedAt = 0;
	private objects = 0;

	constructor({ capturedAt, width, height }: Stopwatch['of']) {
		this.of = { capturedAt, width, height };
	}

	get changed(): boolean {
		return this.changes.length > 0;
	}

	measured(): void {
		this.measuredAt = this.now();
	}

	searched(objects: number): void {
		this.searchedAt = this.now();
		this.objects = objects;
	}

	/** Most frames are never told: ids are made for those that are. */
	private get traceId(): string {
		return (this.trace ??= randomId(16));
	}

	mark(state: RuleState): RuleState {
		const spanId = randomId(8);
		this.changes.push({ ruleId: state.ruleId, state: state.state, spanId, at: this.now() });
		return { ...state, traceparent: traceparentOf(this.traceId, spanId, true) };
	}

	end(): FrameTrace {
		const { of, traceId, receivedAt, measuredAt, searchedAt, objects, changes } = this;
		// A camera's clock is estimated: it may say that a frame is of a moment after its arrival.
		const capturedAt = Math.min(of.capturedAt, receivedAt);
		const moments = { capturedAt, receivedAt, measuredAt, searchedAt, judgedAt: this.now() };
		return { ...of, traceId, spanId: randomId(8), ...moments, objects, changes };
	}

	/** Epoch at its arrival and elapsed time since: finer than Date.now, and unmoved by a clock that is set. */
	private now(): number {
		return this.receivedAt + performance.now() - this.began;
	}
}

function randomId(bytes: number): string {
	return randomBytes(bytes).toString('hex');
}
