// A film through flow and the detection of what moves, as a worker does it, as fast as it goes.
import type { Detected, TrackedObject } from '#lib/contracts/detection.ts';
import { createFlow, compileFlowModule } from '#lib/workers/flow/kernel.ts';
import { MovingDetector } from '#lib/workers/detect/moving/detector.ts';
import { movingTracker } from '#lib/workers/detection/moving.ts';
import { decodeFilm } from './frames.ts';

/** The product's defaults. */
export const DEFAULTS = { width: 640, fps: 10, gridSize: 16, winRadius: 8, confidence: 0.4 };

export interface PlayedFrame {
	/** Seconds since the film began. */
	t: number;
	detected: Detected[];
	told: TrackedObject[];
	/** What the detector and the tracker took. */
	ms: number;
}

export async function playFilm(
	file: string,
	{ rounds = 1, ...change }: Partial<typeof DEFAULTS> & { rounds?: number } = {}
): Promise<PlayedFrame[]> {
	const { confidence, fps, gridSize, winRadius, width: analysisWidth } = { ...DEFAULTS, ...change };
	const { frames, width, height } = await decodeFilm(file, { width: analysisWidth, fps, rounds });
	const flow = createFlow({ width, height, gridSize, winRadius, mode: 'fast' }, await compileFlowModule());
	const detector = new MovingDetector();
	const tracker = movingTracker(confidence);
	return frames.map(({ t, data }) => {
		const field = flow.measure(data);
		const started = performance.now();
		const capturedAt = Math.round(t * 1000);
		const detected = detector.look({ capturedAt, width, height, data, field });
		const told = tracker.look(capturedAt, detected);
		return { t, detected, told, ms: performance.now() - started };
	});
}
