// Average precision and IDF1 against true boxes, some of which may be found or not.
import type { BoundingBox, Detected } from '#lib/contracts/detection.ts';
import { intersectionOverUnion } from '#lib/workers/track/kernel.ts';
import { assign } from './assignment.ts';
import type { TrueBox } from './targets.ts';

const RECALL_POINTS = 101;

export interface FrameMatch<D> {
	/** Pairs of a target and what found it. */
	found: { truth: TrueBox; detection: D }[];
	/** Found where there is nothing. */
	wrong: D[];
	/** Targets not found. */
	missed: TrueBox[];
}

/**
 * One frame's detections against its truth, the surest first, each target once (Everingham et al. 2010, 4.2). A detection
 * that finds no target but overlaps something that may be found, or lies half inside it, is left out.
 */
export function matchFrame<D extends { box: BoundingBox; confidence: number }>(
	detections: D[],
	truth: TrueBox[],
	minIou = 0.5
): FrameMatch<D> {
	const free = new Set(truth.filter(({ target }) => target));
	const optional = truth.filter(({ target }) => !target);
	const result: FrameMatch<D> = { found: [], wrong: [], missed: [] };
	for (const detection of [...detections].sort((a, b) => b.confidence - a.confidence)) {
		const best = bestOf([...free], detection.box);
		if (best && best.iou >= minIou) {
			free.delete(best.truth);
			result.found.push({ truth: best.truth, detection });
		} else if (!optional.some(({ box }) => mayBe(detection.box, box, minIou))) result.wrong.push(detection);
	}
	result.missed = [...free];
	return result;
}

function bestOf(truths: TrueBox[], box: BoundingBox): { truth: TrueBox; iou: number } | null {
	let best: { truth: TrueBox; iou: number } | null = null;
	for (const truth of truths) {
		const iou = intersectionOverUnion(truth.box, box);
		if (best === null || iou > best.iou) best = { truth, iou };
	}
	return best;
}

function mayBe(detection: BoundingBox, optional: BoundingBox, minIou: number): boolean {
	const width =
		Math.min(detection.x + detection.width, optional.x + optional.width) - Math.max(detection.x, optional.x);
	const height =
		Math.min(detection.y + detection.height, optional.y + optional.height) -
		Math.max(detection.y, optional.y);
	if (width <= 0 || height <= 0) return false;
	const inside = (width * height) / (detection.width * detection.height);
	return inside >= 0.5 || intersectionOverUnion(detection, optional) >= minIou;
}

export interface Precision {
	ap: number;
	/** Of everything told, whatever its confidence. */
	precision: number;
	recall: number;
	targets: number;
}

/** Interpolated at 101 recalls, as COCO does (Lin et al. 2014). */
export function averagePrecision(
	frames: { detections: Detected[]; truth: TrueBox[] }[],
	minIou = 0.5
): Precision {
	const judged: { confidence: number; right: boolean }[] = [];
	let targets = 0;
	for (const { detections, truth } of frames) {
		const { found, wrong, missed } = matchFrame(detections, truth, minIou);
		targets += found.length + missed.length;
		for (const { detection } of found) judged.push({ confidence: detection.confidence, right: true });
		for (const { confidence } of wrong) judged.push({ confidence, right: false });
	}
	judged.sort((a, b) => b.confidence - a.confidence);
	const curve: { recall: number; precision: number }[] = [];
	let right = 0;
	judged.forEach((one, k) => {
		if (one.right) right++;
		curve.push({ recall: right / targets, precision: right / (k + 1) });
	});
	for (let k = curve.length - 2; k >= 0; k--)
		curve[k]!.precision = Math.max(curve[k]!.precision, curve[k + 1]!.precision);
	let sum = 0;
	for (let point = 0; point < RECALL_POINTS; point++) {
		const recall = point / (RECALL_POINTS - 1);
		sum += curve.find((one) => one.recall >= recall)?.precision ?? 0;
	}
	return {
		ap: targets === 0 ? 1 : sum / RECALL_POINTS,
		precision: judged.length === 0 ? 1 : right / judged.length,
		recall: targets === 0 ? 1 : right / targets,
		targets
	};
}

export interface Identity {
	idf1: number;
	idPrecision: number;
	idRecall: number;
	/** Times that a followed thing changed its number from one finding to the next. */
	switches: number;
	/** Numbers told, and things there were. */
	tracks: number;
	things: number;
}

interface Told {
	trackId: number;
	confidence: number;
	box: BoundingBox;
}

/**
 * IDF1 (Ristani et al. 2016): every thing is given the one number that found it most often, each number once, such that the
 * most findings are explained; 2 IDTP / (2 IDTP + IDFP + IDFN).
 */
export function identities(frames: { told: Told[]; truth: TrueBox[] }[], minIou = 0.5): Identity {
	const together = new Map<number, Map<number, number>>();
	const last = new Map<number, number>();
	const numbers = new Set<number>();
	const [counts, things] = [{ targets: 0, told: 0, switches: 0 }, new Set<number>()];
	for (const { told, truth } of frames) {
		const { found, wrong, missed } = matchFrame(told, truth, minIou);
		counts.targets += found.length + missed.length;
		counts.told += found.length + wrong.length;
		for (const { id } of [...missed, ...found.map((pair) => pair.truth)]) things.add(id);
		for (const { trackId } of [...wrong, ...found.map((pair) => pair.detection)]) numbers.add(trackId);
		for (const { truth: thing, detection } of found) {
			const row = together.get(thing.id) ?? new Map<number, number>();
			row.set(detection.trackId, (row.get(detection.trackId) ?? 0) + 1);
			together.set(thing.id, row);
			if ((last.get(thing.id) ?? detection.trackId) !== detection.trackId) counts.switches++;
			last.set(thing.id, detection.trackId);
		}
	}
	const right = explained(together, [...numbers]);
	const { targets, told, switches } = counts;
	return {
		idf1: (2 * right) / Math.max(1, targets + told),
		idPrecision: right / Math.max(1, told),
		idRecall: right / Math.max(1, targets),
		switches,
		tracks: numbers.size,
		things: things.size
	};
}

function explained(together: Map<number, Map<number, number>>, numbers: number[]): number {
	const rows = [...together.values()];
	const cost = rows.map((row) => numbers.map((number) => -(row.get(number) ?? 0)));
	return assign(cost).reduce((sum, column, row) => sum + (column < 0 ? 0 : -cost[row]![column]!), 0);
}
