// True boxes made as uncertain as a detector's: the tracker measured by itself.
import type { Detected } from '#lib/contracts/detection.ts';
import { randomSource } from '#lib/workers/flow/testing/pictures.ts';
import type { TrueBox } from './targets.ts';

export interface Noise {
	/** Deviation of every side, share of the box. */
	jitter: number;
	/** Share of the boxes that are missed, and of those too unsure to begin a track. */
	missed: number;
	unsure: number;
	/** False boxes a frame, in the mean. */
	wrong: number;
}

/** Things that show less are not detected, px of the film as rendered. */
const LEAST_PIXELS = 400;

export const NOISE: Noise = { jitter: 0.06, missed: 0.1, unsure: 0.1, wrong: 0.3 };

/** A source of detections for one frame after the other, the same for the same seed. */
export function noisyDetector(noise = NOISE, seed = 7): (truth: TrueBox[]) => Detected[] {
	const random = randomSource(seed);
	const normal = () => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
	return (truth) => {
		// What stands or hides for a while is seen as well as what moves.
		const boxes: Detected[] = truth.flatMap(({ box, px }) => {
			if (px < LEAST_PIXELS || random() < noise.missed) return [];
			const [x, y] = [
				box.x + noise.jitter * box.width * normal(),
				box.y + noise.jitter * box.height * normal()
			];
			const width = box.width * Math.max(0.3, 1 + noise.jitter * normal());
			const height = box.height * Math.max(0.3, 1 + noise.jitter * normal());
			const confidence = random() < noise.unsure ? 0.2 : 0.6 + 0.4 * random();
			return { label: 'thing', confidence, box: { x, y, width, height } };
		});
		if (random() < noise.wrong) {
			const box = { x: 0.9 * random(), y: 0.9 * random(), width: 0.05, height: 0.1 };
			boxes.push({ label: 'thing', confidence: 0.4 + 0.3 * random(), box });
		}
		return boxes;
	};
}
