// A demo scene's figures: how well what moves is found, and followed.
import { Tracker } from '#lib/workers/track/tracker.ts';
import { loadTruth, type SceneName } from '../../scenes/truth.ts';
import { median } from '../table.ts';
import { averagePrecision, identities, type Identity, type Precision } from './metrics.ts';
import { NOISE, noisyDetector } from './noise.ts';
import { playFilm, type DEFAULTS } from './play.ts';
import { trueBoxes, type TrueBox } from './targets.ts';

export interface SceneScore {
	scene: SceneName;
	/** The first loop, camera start included; and the last. */
	first: Precision;
	last: Precision;
	/** At a third of overlap: found, if not well enclosed. */
	loose: Precision;
	/** Of what is told in the last loop. */
	identity: Identity;
	/** The tracker alone on noisy true boxes: means over several draws of the noise. */
	trackerAlone: { idf1: number; switches: number };
	medianMs: number;
	p95Ms: number;
}

export async function scoreScene(
	scene: SceneName,
	{ rounds = 2, ...options }: Partial<typeof DEFAULTS> & { rounds?: number } = {}
): Promise<SceneScore> {
	const truth = await loadTruth(scene);
	const boxes = trueBoxes(truth, rounds);
	const played = await playFilm(truth.video, { ...options, rounds });
	const frames = played.map((frame) => ({
		...frame,
		detections: frame.detected,
		truth: boxes[Math.min(boxes.length - 1, Math.round(frame.t * truth.meta.fps))]!
	}));
	const loopS = truth.meta.frames / truth.meta.fps;
	const first = frames.filter(({ t }) => t < loopS);
	const last = frames.filter(({ t }) => t >= (rounds - 1) * loopS);
	const times = frames.map(({ ms }) => ms).sort((a, b) => a - b);
	return {
		scene,
		first: averagePrecision(first),
		last: averagePrecision(last),
		loose: averagePrecision(last, 0.33),
		identity: identities(last),
		trackerAlone: followNoise(last),
		medianMs: median(times),
		p95Ms: times[Math.floor(0.95 * times.length)] ?? 0
	};
}

const SEEDS = [1, 2, 3, 4, 5];

function followNoise(frames: { t: number; truth: TrueBox[] }[]): SceneScore['trackerAlone'] {
	const runs = SEEDS.map((seed) => {
		const tracker = new Tracker();
		const detect = noisyDetector(NOISE, seed);
		return identities(
			frames.map(({ t, truth }) => ({ told: tracker.look(Math.round(t * 1000), detect(truth)), truth }))
		);
	});
	const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
	return { idf1: mean(runs.map(({ idf1 }) => idf1)), switches: mean(runs.map(({ switches }) => switches)) };
}
