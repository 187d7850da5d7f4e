// Who takes which free streams: pure decisions over what the database counted.
import { bears, type Labels } from '#lib/contracts/instance.ts';

/** A living instance that runs streams. */
export interface WorkerLoad {
	id: string;
	maxStreams: number;
	labels: Labels;
	held: number;
}

/** Wanted streams that ask for the same labels. */
export interface FreeGroup {
	placement: Labels;
	/** Of them, those that nobody holds. */
	free: number;
}

export interface Quota {
	placement: Labels;
	count: number;
}

/**
 * What `self` takes of the free streams: each goes to whoever bears its labels and would be the least loaded for its size, those
 * first that the fewest may take, and of equals those that ask for more labels: others may come who bear fewer. So all arrive at
 * held/maxStreams alike as far as free streams allow, a newcomer catches up with what becomes free, and whoever is above its share
 * takes only what nobody below it can. Every instance counts the same and comes to the same answer.
 */
export function quotasOf(self: string, workers: WorkerLoad[], groups: FreeGroup[], most: number): Quota[] {
	const loads = workers.map((worker) => ({ ...worker }));
	const quotas: Quota[] = [];
	let left = most;
	for (const group of rarestFirst(groups, loads)) {
		const count = Math.min(left, shareOf(self, loads, group));
		if (count > 0) quotas.push({ placement: group.placement, count });
		left -= count;
	}
	return quotas;
}

/** Gives the group's free streams out, one by one, and answers how many went to `self`. */
function shareOf(self: string, loads: WorkerLoad[], { placement, free }: FreeGroup): number {
	const bearers = loads.filter(({ labels }) => bears(labels, placement));
	let own = 0;
	for (let i = 0; i < free; i++) {
		const next = leastLoaded(bearers);
		if (!next) break;
		next.held++;
		if (next.id === self) own++;
	}
	return own;
}

/** Which would be the least loaded with one more; the first by id of equals. Null when all are full. */
function leastLoaded(workers: WorkerLoad[]): WorkerLoad | null {
	let best: WorkerLoad | null = null;
	for (const worker of workers) {
		if (worker.held >= worker.maxStreams) continue;
		if (!best || before(worker, best)) best = worker;
	}
	return best;
}

function before(a: WorkerLoad, b: WorkerLoad): boolean {
	const [loadA, loadB] = [(a.held + 1) / a.maxStreams, (b.held + 1) / b.maxStreams];
	return loadA === loadB ? a.id < b.id : loadA < loadB;
}

function rarestFirst(groups: FreeGroup[], workers: WorkerLoad[]): FreeGroup[] {
	const room = ({ placement }: FreeGroup) =>
		workers
			.filter(({ labels }) => bears(labels, placement))
			.reduce((sum, { maxStreams }) => sum + maxStreams, 0);
	return groups
		.map((group) => ({ group, room: room(group), asks: Object.keys(group.placement).length }))
		.sort((a, b) => a.room - b.room || b.asks - a.asks)
		.map(({ group }) => group);
}

/**
 * Whether a stream that cannot run here is better tried elsewhere: by somebody who bears its labels, and who stays below this
 * instance even with it. So it never comes straight back.
 */
export function betterElsewhere(self: string, workers: WorkerLoad[], placement: Labels): boolean {
	const own = workers.find(({ id }) => id === self);
	if (!own) return false;
	const after = (own.held - 1) / own.maxStreams;
	return workers.some(
		(worker) =>
			worker.id !== self &&
			bears(worker.labels, placement) &&
			worker.held < worker.maxStreams &&
			(worker.held + 1) / worker.maxStreams <= after
	);
}
