// The order of the fleet list: who needs a person first, then who is well, then the rest; and finding by words.
import type { Severity } from '#lib/contracts/rule.ts';
import type { StreamStatusWord } from '#lib/contracts/status.ts';
import { STATE_WORDS } from '../ui/states.ts';

export const GROUPS = ['attention', 'connected', 'other'] as const;
export type GroupName = (typeof GROUPS)[number];

export const GROUP_WORDS: Record<GroupName, string> = {
	attention: 'Needs attention',
	connected: 'Connected',
	other: 'Other'
};

/** Worst first; also the order of the counts in the bar, read from the other end. */
const RANK: Record<StreamStatusWord, number> = {
	stream_error: 0,
	worker_down: 1,
	stale: 2,
	connected: 3,
	starting: 4,
	deactivated: 5
};

export const BAR_ORDER: readonly StreamStatusWord[] = [
	'connected',
	'starting',
	'stale',
	'stream_error',
	'worker_down',
	'deactivated'
];

export interface Listed {
	id: string;
	name: string;
	place: string | null;
	word: StreamStatusWord;
	/** The instance that runs it; absent or null while none does. */
	instance?: string | null;
	/** What is open on it, the worst first; absent or null when nothing is. */
	alert?: { severity: Severity; count: number } | null;
}

/** Open alerts among the states: a critical one before everything, a warning after what has no picture. */
const ALERT_RANK: Record<Severity, number> = { critical: -1, warning: 2.5, info: Infinity };

function rankOf({ word, alert }: Pick<Listed, 'word' | 'alert'>): number {
	return Math.min(RANK[word], alert ? ALERT_RANK[alert.severity] : Infinity);
}

export function groupOf(camera: Pick<Listed, 'word' | 'alert'>): GroupName {
	if (rankOf(camera) < RANK.connected) return 'attention';
	return camera.word === 'connected' ? 'connected' : 'other';
}

/** Groups in order, the empty ones left out; by state, then by name as people sort names (2 before 10). */
export function grouped<T extends Listed>(cameras: readonly T[]): { name: GroupName; cameras: T[] }[] {
	const sorted = [...cameras].sort((a, b) => rankOf(a) - rankOf(b) || compareNames(a.name, b.name));
	return GROUPS.map((name) => ({
		name,
		cameras: sorted.filter((camera) => groupOf(camera) === name)
	})).filter((group) => group.cameras.length > 0);
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
const compareNames = (a: string, b: string) => collator.compare(a, b);

/** Whether every word of the query is somewhere in the name, the place, the state's word or the instance's id. */
export function matches(camera: Listed, query: string): boolean {
	const text =
		`${camera.name} ${camera.place ?? ''} ${STATE_WORDS[camera.word]} ${camera.instance ?? ''}`.toLocaleLowerCase();
	return query
		.toLocaleLowerCase()
		.split(/\s+/)
		.every((word) => text.includes(word));
}

/** The instances that run these cameras and how many each, by id as people sort names. */
export function countInstances(cameras: readonly Listed[]): { instance: string; count: number }[] {
	const ids = cameras.flatMap(({ instance }) => instance ?? []);
	return [...new Set(ids)]
		.sort(compareNames)
		.map((instance) => ({ instance, count: ids.filter((id) => id === instance).length }));
}

/** How many cameras in each state, in the bar's order, without the zeroes. */
export function countStates(
	words: readonly StreamStatusWord[]
): { state: StreamStatusWord; count: number }[] {
	return BAR_ORDER.map((state) => ({ state, count: words.filter((word) => word === state).length })).filter(
		({ count }) => count > 0
	);
}
