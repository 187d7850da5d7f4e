// The last minutes of a stream's flow, one sample a second, kept by the page alone. Bounded.
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
