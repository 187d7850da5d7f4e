// Streams that cannot run here and would be better tried elsewhere: chosen a few at a time, and only where it is crowded.
import type { Labels } from '#lib/contracts/instance.ts';
import { betterElsewhere, type WorkerLoad } from './rules.ts';

/** Chosen in one pass at most. */
const AT_ONCE = 2;

export interface Crowding {
	/** Of the failing ones, those that have failed for long enough, and that somebody with clearly more room may try. */
	choose(failing: string[], loads: WorkerLoad[], placementOf: (id: string) => Labels | undefined): string[];
}

/** `failingForMs`: how long a stream fails before it is given away; a camera that comes back by itself stays. */
export function createCrowding(self: string, failingForMs: number): Crowding {
	const since = new Map<string, number>();
	return {
		choose(failing, loads, placementOf) {
			const now = performance.now();
			for (const id of [...since.keys()]) if (!failing.includes(id)) since.delete(id);
			for (const id of failing) since.set(id, since.get(id) ?? now);
			const long = failing.filter((id) => now - since.get(id)! >= failingForMs);
			return long
				.filter((id) => {
					const placement = placementOf(id);
					return placement !== undefined && betterElsewhere(self, loads, placement);
				})
				.slice(0, AT_ONCE);
		}
	};
}
