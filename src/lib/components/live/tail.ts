// The last minutes of a stream's flow, one sample a second, begun with what the server stored and gone on with by the page. Bounded.
import type { FlowSample } from '#lib/contracts/flow.ts';

export const TAIL_SECONDS = 300;

export interface TailSample {
	/** Whole seconds since the epoch, the server's clock. */
	at: number;
	/** null: nothing was measured in this second (starting, stale, failed). */
	flow: FlowSample | null;
}

/** A new tail with the sample at its end; a second reported twice keeps the newer figures, a late second is ignored. */
export function appendSample(tail: TailSample[], sample: TailSample, keepS = TAIL_SECONDS): TailSample[] {
	const last = tail.at(-1);
	if (last && sample.at < last.at) return tail;
	const before = last && sample.at === last.at ? tail.slice(0, -1) : tail;
	const firstKept = before.findIndex((kept) => kept.at > sample.at - keepS);
	return [...(firstKept < 0 ? [] : before.slice(firstKept)), sample];
}

/**
 * A tail with what was measured before it put in front. Seconds without a sample are told as not measured, so that a
 * place in the tail is a second.
 */
export function withPast(
	past: readonly TailSample[],
	tail: readonly TailSample[],
	keepS = TAIL_SECONDS
): TailSample[] {
	const newest = tail.at(-1) ?? past.at(-1);
	if (!newest) return [];
	const known = new Map([...past, ...tail].map((sample) => [sample.at, sample]));
	const first = Math.max(newest.at - keepS + 1, Math.min(...known.keys()));
	return Array.from({ length: newest.at - first + 1 }, (_, i) => {
		return known.get(first + i) ?? { at: first + i, flow: null };
	});
}
