// Detection by a model: the gate picks frames, the engine has them looked at, and every frame's objects are told in order.
//
//   frame ─▶ gate ─▶ look: copied to a slot, sent ─▶ waits for its answer ─┐
//                └▶ not: predicted ─▶ waits behind what waits ─────────────┴▶ told, in order
//
import type { Detected, TrackedObject } from '#lib/contracts/detection.ts';
import type { DetectionConfig } from '#lib/contracts/model.ts';
import type { DetectionDeps, DetectionStage, FrameToSearch } from '../detection.ts';
import { Tracker } from '../track/tracker.ts';
import { sparingly } from './complaints.ts';
import { enoughSeeds, Gate } from '../detect/gate.ts';
import { MotionOutside } from './motion-outside.ts';
import { PictureSlots } from './slots.ts';
import { Tally } from './tally.ts';

type ModelConfig = Extract<DetectionConfig, { kind: 'model' }>;

/** A frame waits this long for its answer; then its boxes are predicted. */
const PATIENCE_MS = 250;
/** Frames that may wait: those of the patience at the highest rate, and some. */
const MOST_WAITING = 16;

interface Waiting {
	capturedAt: number;
	/** Of the look it waits for; null where it only waits its turn. */
	requestId: number | null;
	/** performance.now() when it is told without its answer. */
	dueAt: number;
	objects: TrackedObject[] | null;
	done: (objects: TrackedObject[]) => void;
}

export function createModelStage(config: ModelConfig, deps: DetectionDeps): DetectionStage {
	return new ModelStage(config, deps);
}

class ModelStage implements DetectionStage {
	private readonly gate: Gate;
	private readonly tracker: Tracker;
	private readonly motion = new MotionOutside();
	private readonly slots = new PictureSlots();
	private readonly tally = new Tally();
	private readonly send: DetectionDeps['send'];
	private readonly complain: (text: string) => void;
	/** Capture time and start of every look that was not answered yet. */
	private readonly looks = new Map<number, { capturedAt: number; startedAt: number }>();
	private waiting: Waiting[] = [];
	private timer: NodeJS.Timeout | undefined;
	private lastRequest = 0;
	private lookedAt = -Infinity;

	constructor({ fps, gated, confidence }: ModelConfig, { send, complain }: DetectionDeps) {
		this.gate = new Gate({ fps, gated });
		// Where looks are rare, what they saw must last from one to the next.
		this.tracker = new Tracker({
			high: confidence,
			low: confidence / 4,
			lostS: Math.max(2, 3 / fps),
			blindS: Math.max(1.5, 1.5 / fps)
		});
		this.send = send;
		this.complain = sparingly(complain);
	}

	frame(frame: FrameToSearch, done: (objects: TrackedObject[]) => void): void {
		const { capturedAt, field, width } = frame;
		const followed = this.tracker.between(capturedAt);
		const seeds = this.motion.count(frame, followed);
		const moves = seeds >= enoughSeeds(field.gridSize, width);
		const decision = this.gate.decide({ at: capturedAt, moves, follows: followed.length > 0 });
		if (decision === 'pass') this.tally.count('gated');
		const requestId = decision === 'look' ? this.look(frame) : null;
		const dueAt = performance.now() + PATIENCE_MS;
		this.waiting.push({ capturedAt, requestId, dueAt, objects: null, done });
		if (this.waiting.length > MOST_WAITING) this.waiting[0]!.requestId = null;
		this.flush();
	}

	answer(message: Parameters<DetectionStage['answer']>[0]): void {
		const { requestId } = message;
		const look = this.looks.get(requestId);
		if (!look) return;
		this.looks.delete(requestId);
		this.slots.free(requestId);
		const objects = message.type === 'infer-result' ? this.accept(look, message.result.detections) : null;
		if (message.type === 'infer-missed') this.missed(message.reason);
		const frame = this.waiting.find((one) => one.requestId === requestId);
		if (frame) Object.assign(frame, { objects, requestId: null });
		this.flush();
	}

	reset(): void {
		for (const frame of this.waiting) frame.requestId = null;
		this.motion.reset();
		this.flush();
	}

	take() {
		return this.tally.take();
	}

	close(): void {
		clearTimeout(this.timer);
		this.waiting = [];
		this.looks.clear();
	}

	/** Asks for a look; null where no memory is free or the frame has no colour. */
	private look({ capturedAt, data, width, height }: FrameToSearch): number | null {
		const requestId = ++this.lastRequest;
		const picture = this.slots.fill(requestId, data, width, height);
		if (picture === null) {
			this.tally.count('dropped');
			return null;
		}
		this.looks.set(requestId, { capturedAt, startedAt: performance.now() });
		for (const id of this.looks.keys()) if (!this.slots.holds(id)) this.looks.delete(id);
		this.send({ type: 'infer', requestId, picture });
		return requestId;
	}

	/** What a look saw. One that comes after a later one's is history. */
	private accept(
		{ capturedAt, startedAt }: { capturedAt: number; startedAt: number },
		detections: Detected[]
	): TrackedObject[] | null {
		this.tally.looked(performance.now() - startedAt);
		if (capturedAt <= this.lookedAt) return null;
		this.lookedAt = capturedAt;
		return this.tracker.look(capturedAt, detections);
	}

	private missed(reason: 'dropped' | 'failed'): void {
		this.tally.count(reason);
		if (reason === 'failed')
			this.complain(
				'The model failed on a picture of this stream; it is asked again with the next. See the models page.'
			);
	}

	/** Tells every frame whose turn has come, and sets the clock for the first that waits. */
	private flush(): void {
		clearTimeout(this.timer);
		const now = performance.now();
		while (this.waiting[0] && (this.waiting[0].requestId === null || this.waiting[0].dueAt <= now)) {
			const { capturedAt, objects, done } = this.waiting.shift()!;
			const told = objects ?? this.tracker.between(capturedAt);
			this.tally.told(told);
			done(told);
		}
		const [first] = this.waiting;
		if (first) this.timer = setTimeout(() => this.flush(), Math.max(0, first.dueAt - now));
	}
}
