// The detection stage: analysed frames in, the objects on each of them out, in order.
import type { TrackedObject } from '#lib/contracts/detection.ts';
import type { DetectionStats, FromWorker, ToWorker } from '#lib/contracts/messages.ts';
import type { DetectionConfig } from '#lib/contracts/model.ts';
import { createModelStage } from './detection/model.ts';
import { createMovingStage } from './detection/moving.ts';
import type { FlowField } from './flow/kernel.ts';

/** A frame to search. `data` and `field` are good only until `frame` returns. */
export interface FrameToSearch {
	/** ms since the epoch. */
	capturedAt: number;
	width: number;
	height: number;
	/** The luma plane, and both chroma planes after it where the source gives colour. */
	data: Uint8Array;
	field: FlowField;
}

type Done = (objects: TrackedObject[]) => void;
type Answer = Extract<ToWorker, { type: 'infer-result' | 'infer-missed' }>;

export interface DetectionStage {
	/**
	 * Tells the objects on this frame: at once, or when the model has answered, but never after a later frame's and never
	 * more than a moment late; then the boxes are predicted.
	 */
	frame(frame: FrameToSearch, done: Done): void;
	answer(message: Answer): void;
	/** Another ffmpeg begins: what waits is told with predicted boxes; tracks live on. */
	reset(): void;
	/** The second's figures; null while nothing detects. */
	take(): DetectionStats | null;
	close(): void;
}

export interface DetectionDeps {
	send(message: Extract<FromWorker, { type: 'infer' }>): void;
	complain(text: string): void;
}

export function createDetectionStage(config: DetectionConfig | null, deps: DetectionDeps): DetectionStage {
	switch (config?.kind) {
		case undefined:
			return NOTHING;
		case 'moving':
			return createMovingStage(config, deps);
		case 'model':
			return createModelStage(config, deps);
	}
}

const NOTHING: DetectionStage = {
	frame: (_frame, done) => done([]),
	answer: () => {},
	reset: () => {},
	take: () => null,
	close: () => {}
};
