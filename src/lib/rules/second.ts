// A second of facts from the frames in it: what is stored, charted, and judged again by a dry run.
import {
	DIRECTION_BINS,
	type Crossings,
	type ZoneFacts,
	type ZoneFlow,
	type ZoneObjects
} from '#lib/contracts/facts.ts';

export interface Second {
	add(facts: ZoneFacts): void;
	/** The facts since the last call; null without any. */
	take(): ZoneFacts | null;
}

/**
 * Of one zone. Flow: mean avg, count and coherence, greatest max, the frames' bins as means, rounded to whole vectors, so
 * that they compare with those of one frame; direction of the summed unit vectors. Objects: the most at once, the greatest
 * confidence, the longest stay. Crossings: their sum.
 */
export function createSecond(zoneId: string | null): Second {
	let frames: ZoneFacts[] = [];
	return {
		add: (facts) => void frames.push(facts),
		take() {
			if (frames.length === 0) return null;
			const taken = frames;
			frames = [];
			return {
				zoneId,
				flow: meanFlow(taken.map(({ flow }) => flow).filter((flow) => flow !== null)),
				objects: mostObjects(taken),
				crossings: allCrossings(taken)
			};
		}
	};
}

function meanFlow(flows: ZoneFlow[]): ZoneFlow | null {
	const last = flows.at(-1);
	if (!last) return null;
	const mean = (of: (flow: ZoneFlow) => number) =>
		flows.reduce((sum, flow) => sum + of(flow), 0) / flows.length;
	const bins = new Array<number>(DIRECTION_BINS).fill(0);
	const magnitudes = new Array<number>(DIRECTION_BINS).fill(0);
	for (let bin = 0; bin < DIRECTION_BINS; bin++) {
		const vectors = mean((flow) => flow.bins[bin]!);
		if (vectors === 0) continue;
		bins[bin] = Math.round(vectors);
		// Of the whole vectors that are told, so that the mean magnitude of a direction stays what it was.
		magnitudes[bin] = (bins[bin]! * mean((flow) => flow.magnitudes[bin]!)) / vectors;
	}
	return {
		avg: mean(({ avg }) => avg),
		max: flows.reduce((max, flow) => Math.max(max, flow.max), 0),
		count: Math.round(mean(({ count }) => count)),
		total: last.total,
		direction: meanDirection(flows),
		coherence: mean(({ coherence }) => coherence),
		bins,
		magnitudes
	};
}

/** Degrees clockwise from up; null where nothing moved or the directions cancel out. */
function meanDirection(flows: ZoneFlow[]): number | null {
	let up = 0;
	let right = 0;
	for (const { direction, coherence, count } of flows) {
		if (direction === null) continue;
		const angle = (direction * Math.PI) / 180;
		up += Math.cos(angle) * coherence * count;
		right += Math.sin(angle) * coherence * count;
	}
	if (Math.hypot(up, right) < 1e-9) return null;
	return ((Math.atan2(right, up) * 180) / Math.PI + 360) % 360;
}

function mostObjects(frames: ZoneFacts[]): Record<string, ZoneObjects> {
	const most = new Map<string, ZoneObjects>();
	for (const { objects } of frames)
		for (const [label, { count, maxConfidence, longestS }] of Object.entries(objects)) {
			const found = most.get(label);
			most.set(label, {
				count: Math.max(count, found?.count ?? 0),
				maxConfidence: Math.max(maxConfidence, found?.maxConfidence ?? 0),
				longestS: Math.max(longestS, found?.longestS ?? 0)
			});
		}
	return Object.fromEntries(most);
}

function allCrossings(frames: ZoneFacts[]): Record<string, Crossings> {
	const sums = new Map<string, Crossings>();
	for (const { crossings } of frames)
		for (const [label, crossed] of Object.entries(crossings)) {
			const sum = sums.get(label) ?? { in: 0, out: 0 };
			sums.set(label, { in: sum.in + crossed.in, out: sum.out + crossed.out });
		}
	return Object.fromEntries(sums);
}
