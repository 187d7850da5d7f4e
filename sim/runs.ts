// What ran where and when, from what the hosts tell: whether a stream ever ran twice at once, and how many show pictures.
import type { RunNews } from './messages.ts';

interface Run {
	instance: string;
	token: number | null;
	from: number;
	/** When its first picture came; null before. */
	liveAt: number | null;
	/** Infinity while it runs. */
	to: number;
}

export interface Runs {
	hear(news: readonly RunNews[]): void;
	/** These instances were ended at that moment, and all they ran with them. */
	lost(instances: ReadonlySet<string>, at: number): void;
	/** Of these streams (all unless given), those that run and show pictures. */
	live(streams?: ReadonlySet<string>): number;
	/**
	 * Runs that began without a lease; and runs that began while another of their stream went on, on an instance that had lost its
	 * lease and not learned it yet, with the longest of those times in ms. What such a run writes is refused.
	 */
	doubtful(): { unleased: number; overlaps: number; longestMs: number };
}

export function createRuns(): Runs {
	const byStream = new Map<string, Map<string, Run>>();

	function note({ streamId, runId, instance, token, event, at }: RunNews): void {
		const runs = byStream.get(streamId) ?? new Map<string, Run>();
		byStream.set(streamId, runs);
		const run = runs.get(runId) ?? { instance, token, from: at, liveAt: null, to: Infinity };
		runs.set(runId, run);
		if (event === 'live') run.liveAt = at;
		if (event === 'end') run.to = Math.min(run.to, at);
	}

	const all = () => [...byStream.values()].map((runs) => [...runs.values()]);

	return {
		hear: (news) => news.forEach(note),
		lost(instances, at) {
			for (const run of all().flat()) if (instances.has(run.instance)) run.to = Math.min(run.to, at);
		},
		live: (streams) =>
			[...byStream].filter(
				([id, runs]) =>
					(!streams || streams.has(id)) &&
					[...runs.values()].some(({ liveAt, to }) => liveAt !== null && to === Infinity)
			).length,
		doubtful() {
			const unleased = all()
				.flat()
				.filter(({ token }) => token === null).length;
			const together = all().flatMap(overlaps);
			return { unleased, overlaps: together.length, longestMs: Math.max(0, ...together) };
		}
	};
}

/** How long each run went on after the next of its stream began, ms, by one machine's clock: all hosts are its processes. */
function overlaps(runs: readonly Run[]): number[] {
	const sorted = [...runs].sort((a, b) => a.from - b.from);
	return sorted.slice(1).flatMap(({ from, to }, index) => {
		const before = sorted[index]!;
		return before.to > from ? [Math.min(before.to, to, Date.now()) - from] : [];
	});
}
