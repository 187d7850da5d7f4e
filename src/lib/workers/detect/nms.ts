// Non-maximum suppression: of boxes of one class that overlap, the surest stays.
import type { Candidate } from './decode/candidates.ts';

/** Two boxes that share more than this of their union are of the same object. */
export const MAX_IOU = 0.5;
/** Objects kept of one picture. */
export const MAX_OBJECTS = 300;
/** Candidates looked at, the surest first: a model that is unsure of everything must not take seconds. */
const MAX_CANDIDATES = 2000;

/**
 * Greedy, class by class, surest first (the procedure of Neubeck and Van Gool 2006 that detectors commonly use):
 * a box is kept unless one kept before it, of its class, has an intersection over union with it above `maxIou`.
 */
export function suppress(candidates: Candidate[], maxIou = MAX_IOU): Candidate[] {
	const kept: Candidate[] = [];
	for (const candidate of surest(candidates, MAX_CANDIDATES)) {
		if (kept.length === MAX_OBJECTS) break;
		const repeats = kept.some(
			(other) => other.label === candidate.label && intersectionOverUnion(other, candidate) > maxIou
		);
		if (!repeats) kept.push(candidate);
	}
	return kept;
}

/** The so many surest, surest first. */
export function surest(candidates: Candidate[], most = MAX_OBJECTS): Candidate[] {
	return [...candidates].sort((a, b) => b.score - a.score).slice(0, most);
}

/** |A ∩ B| / |A ∪ B|, 0..1; 0 where neither has an area. */
export function intersectionOverUnion(
	a: Pick<Candidate, 'x1' | 'y1' | 'x2' | 'y2'>,
	b: Pick<Candidate, 'x1' | 'y1' | 'x2' | 'y2'>
): number {
	const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
	const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
	if (width <= 0 || height <= 0) return 0;
	const shared = width * height;
	const union = (a.x2 - a.x1) * (a.y2 - a.y1) + (b.x2 - b.x1) * (b.y2 - b.y1) - shared;
	return shared / union;
}
