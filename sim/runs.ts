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
	/** Times a run began while another of its stream went on, or without a lease. */
	wrong(): { twice: number; unleased: number };
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
		wrong() {
			const unleased = all()
				.flat()
				.filter(({ token }) => token === null).length;
			const twice = all().reduce((sum, runs) => sum + overlaps(runs), 0);
			return { twice, unleased };
		}
	};
}

/** By one machine's clock: all hosts are its processes. */
function overlaps(runs: readonly Run[]): number {
	const sorted = [...runs].sort((a, b) => a.from - b.from);
	return sorted.filter((run, index) => index > 0 && run.from < sorted[index - 1]!.to).length;
}
