// Instances in words and figures: how each is, what all of them carry, and whether anybody may run a camera that asks for labels.
import { bears, labels as labelsSchema, type InstanceRecord, type Labels } from '#lib/contracts/instance.ts';
import type { StreamStatusWord } from '#lib/contracts/status.ts';
import { duration, NOT_MEASURED } from '../ui/format.ts';

/** Beyond this a clock is worth a word: alerts of two cameras no longer stand in the order in which they happened. */
export const MAX_SKEW_S = 2;

const MOST_NAMED = 3;

export const GLYPHS: Record<InstanceRecord['state'], StreamStatusWord> = {
	up: 'connected',
	away: 'worker_down'
};

/** Whoever needs a person first, then by id as people sort names. */
export function inOrder(instances: readonly InstanceRecord[]): InstanceRecord[] {
	const rank = (instance: InstanceRecord) => (complaint(instance) === null ? 1 : 0);
	return [...instances].sort((a, b) => rank(a) - rank(b) || byName(a.id, b.id));
}

const byName = new Intl.Collator('en', { numeric: true }).compare;

/** When those that are up last gave a sign of life, ms by the database's clock: the reader's own may be wrong. */
export function fleetNow(instances: readonly InstanceRecord[]): number {
	const up = instances.filter(({ state }) => state === 'up');
	const beats = (up.length > 0 ? up : instances).map(({ heartbeat_at }) => Date.parse(heartbeat_at));
	return beats.sort((a, b) => a - b)[Math.floor(beats.length / 2)] ?? 0;
}

/** `Up for 3 d 4 h`, `Away for 40 s`; `now` as fleetNow says. */
export function stateWords(
	{ state, started_at, heartbeat_at }: Pick<InstanceRecord, 'state' | 'started_at' | 'heartbeat_at'>,
	now: number
): string {
	const since = state === 'up' ? started_at : heartbeat_at;
	return `${state === 'up' ? 'Up' : 'Away'} for ${duration((now - Date.parse(since)) / 1000)}`;
}

/** The streams an instance holds of the most it may; a dash where it runs none by its role. */
export function loadWords({ roles, streams, max_streams }: InstanceRecord): string {
	return roles.includes('worker') ? `${streams} of ${max_streams}` : NOT_MEASURED;
}

/** `+0.1 s`: how far the clock is ahead of the database's. */
export function skewWords(seconds: number): string {
	const rounded = Math.round(seconds * 10) / 10;
	return `${rounded > 0 ? '+' : rounded < 0 ? '−' : ''}${Math.abs(rounded).toFixed(1)} s`;
}

/** What is wrong with an instance, as a sentence with a next step; null when nothing is. */
export function complaint(instance: InstanceRecord): string | null {
	const { state, clock_skew_s: skew } = instance;
	if (state === 'away')
		return instance.roles.includes('worker')
			? 'It no longer renews its leases: the others run its streams as far as their room and labels allow.'
			: 'It no longer answers the database.';
	if (Math.abs(skew) <= MAX_SKEW_S) return null;
	return `Its clock is ${duration(Math.abs(skew))} ${skew > 0 ? 'ahead of' : 'behind'} the database’s, and so are the times of what it measures. Let NTP set it.`;
}

/** All of them in one line: `3 up, 1 away, 42 of 64 streams`. */
export function fleetWords(instances: readonly InstanceRecord[]): string {
	const up = instances.filter(({ state }) => state === 'up');
	const away = instances.length - up.length;
	const workers = up.filter(({ roles }) => roles.includes('worker'));
	const sum = (of: (instance: InstanceRecord) => number) =>
		workers.reduce((total, instance) => total + of(instance), 0);
	return [
		`${up.length} up`,
		...(away > 0 ? [`${away} away`] : []),
		`${sum(({ streams }) => streams)} of ${sum(({ max_streams }) => max_streams)} streams`
	].join(', ');
}

/** The versions that living instances run; more than one while an update is under way. */
export function versionsOf(instances: readonly InstanceRecord[]): string[] {
	const up = instances.filter(({ state }) => state === 'up');
	return [...new Set(up.map(({ version }) => version))].sort(byName);
}

/** `site=north`. */
export const labelText = ([name, value]: readonly [string, string]): string => `${name}=${value}`;

/** By name, as `site=north, gpu=yes`. */
export const labelsText = (labels: Labels): string => Object.entries(labels).map(labelText).join(', ');

/** Labels of living instances that run cameras, each once, by name. */
export function offeredLabels(instances: readonly InstanceRecord[]): [string, string][] {
	const all = workersUp(instances).flatMap(({ labels }) => Object.entries(labels));
	return [...new Map(all.map((label) => [labelText(label), label])).values()].sort((a, b) =>
		byName(labelText(a), labelText(b))
	);
}

/** Where a camera may run that asks for these labels: a sentence, and whether it is a warning. */
export function placementWords(
	instances: readonly InstanceRecord[],
	placement: Labels
): { text: string; warn: boolean } {
	const asked = Object.keys(placement).length;
	const able = workersUp(instances).filter(({ labels }) => bears(labels, placement));
	if (asked === 0) return { text: 'Runs on any instance.', warn: false };
	if (able.length === 0)
		return {
			text: `No instance that is up bears ${asked === 1 ? 'this label' : 'these labels'}: the camera waits until one does.`,
			warn: true
		};
	return { text: `Runs on ${names(able.map(({ id }) => id))}.`, warn: false };
}

/** Whether choosing a place makes sense: there are several to choose from, or labels to choose by, or one was chosen. */
export function mayPlace(instances: readonly InstanceRecord[], placement: Labels): boolean {
	return instances.length > 1 || bearsAny(instances) || Object.keys(placement).length > 0;
}

/** Whether any instance has labels. */
export const bearsAny = (instances: readonly InstanceRecord[]): boolean =>
	instances.some(({ labels }) => Object.keys(labels).length > 0);

const workersUp = (instances: readonly InstanceRecord[]) =>
	instances.filter(({ state, roles }) => state === 'up' && roles.includes('worker'));

/** `a`, `a or b`, `a, b or 4 more`. */
function names(ids: readonly string[]): string {
	if (ids.length === 1) return String(ids[0]);
	const shown = ids.length > MOST_NAMED ? ids.slice(0, MOST_NAMED - 1) : ids.slice(0, -1);
	const rest = ids.length > MOST_NAMED ? `${ids.length - shown.length} others` : String(ids.at(-1));
	return `${shown.join(', ')} or ${rest}`;
}

/** `{site: 'north'}` out of `site=north`; null where it is not of that form. */
export function labelOf(text: string): [string, string] | null {
	const at = text.indexOf('=');
	const [name, value] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
	return at < 1 || name === '' || value === '' ? null : [name, value];
}

/** Why the labels are not taken, in the contract's own words; null where they are. */
export function labelsProblem(given: Labels): string | null {
	const issue = labelsSchema.safeParse(given).error?.issues[0];
	if (!issue) return null;
	return (issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined) ?? issue.message;
}
