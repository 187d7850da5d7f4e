// Detection without a model: every analysed frame is searched for what moves, at once.
import { MOVING } from '#lib/contracts/detection.ts';
import type { DetectionConfig } from '#lib/contracts/model.ts';
import type { DetectionDeps, DetectionStage } from '../detection.ts';
import { Tracker } from '../track/tracker.ts';
import { sparingly } from './complaints.ts';
import { MovingDetector } from '../detect/moving/detector.ts';
import { Tally } from './tally.ts';

/**
 * The configured rate is not heeded: a look costs about a millisecond, and what it knows of the place and of things that
 * touch it learns from every frame.
 */
export function createMovingStage(
	{ confidence }: Extract<DetectionConfig, { kind: 'moving' }>,
	deps: DetectionDeps
): DetectionStage {
	const complain = sparingly(deps.complain);
	const tracker = movingTracker(confidence);
	const tally = new Tally();
	let detector = new MovingDetector();

	return {
		frame(frame, done) {
			const started = performance.now();
			try {
				const objects = tracker.look(frame.capturedAt, detector.look(frame));
				tally.looked(performance.now() - started);
				tally.told(objects);
				return done(objects);
			} catch (error) {
				detector = new MovingDetector();
				tally.count('failed');
				tally.told([]);
				complain(
					`Cannot look for what is ${MOVING}: ${error instanceof Error ? error.message : String(error)}`
				);
			}
			done([]);
		},
		answer: () => {},
		reset: () => {},
		take: () => tally.take(),
		close: () => {}
	};
}

/** The detector follows things itself before and after it tells them: two looks are enough, and a look that misses one means it. */
export function movingTracker(confidence: number): Tracker {
	return new Tracker({ high: confidence, low: confidence / 2, confirmHits: 2, predictedS: 0.15 });
}
