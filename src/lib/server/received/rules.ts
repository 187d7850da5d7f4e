// What a told alert does to the episodes that are known of its series. Pure.
//
// A series either fires or does not: its episodes follow one another and never overlap. Messages come again, late, out of
// order and not at all, so an episode that another one followed is over, whether or not its end was ever told.
import type { AlertStatus } from '#lib/contracts/alert.ts';

export interface Episode {
	id: string;
	/** The sender's own start of it, ms since the epoch; null where it told none. */
	begins: number | null;
	startsAt: Date;
	status: AlertStatus;
}

export interface Told {
	begins: number | null;
	startsAt: Date;
	/** Null while it fires. */
	endsAt: Date | null;
}

export interface Closing {
	id: string;
	at: Date;
	reason: string;
}

export type Decision = {
	/** An open episode of before, whose end was never told. */
	closes: Closing | null;
} & (
	| { what: 'opened' }
	/** Stored as over: it comes late, or its start never came. `reason` where the end is a conclusion. */
	| { what: 'ended-unseen'; endsAt: Date; reason: string | null; outcome: 'ended' | 'late' }
	/** `outcome` tells whether that was news: its end may only have been concluded, or told before. */
	| { what: 'ended'; id: string; endsAt: Date; outcome: 'ended' | 'repeated' }
	/** Known, and as it is told. */
	| { what: 'repeated'; id: string }
	/** Fires in a message that its end has overtaken. */
	| { what: 'late'; id: string }
);

const FOLLOWED = 'Its end was not told; it began anew.';
const OVERTAKEN = 'Its end was not told; the series was over by then.';

export function decide(known: readonly Episode[], told: Told): Decision {
	return told.endsAt === null ? fires(known, told) : ends(known, told, told.endsAt);
}

function fires(known: readonly Episode[], told: Told): Decision {
	const open = known.find(({ status }) => status === 'firing');
	const same = told.begins === null ? open : sameEpisode(known, told);
	if (same) return { what: same.status === 'firing' ? 'repeated' : 'late', id: same.id, closes: null };
	const next = followerOf(known, told.startsAt);
	if (next)
		return { what: 'ended-unseen', endsAt: next.startsAt, reason: FOLLOWED, outcome: 'late', closes: null };
	return { what: 'opened', closes: open ? { id: open.id, at: told.startsAt, reason: FOLLOWED } : null };
}

function ends(known: readonly Episode[], told: Told, endsAt: Date): Decision {
	const open = known.find(({ status }) => status === 'firing');
	const same = told.begins === null ? (open ?? newest(known)) : sameEpisode(known, told);
	const overtaken = open && open.id !== same?.id && open.startsAt <= endsAt ? open : null;
	const closes = overtaken && closingOf(overtaken, told.startsAt, endsAt);
	if (!same) return { what: 'ended-unseen', endsAt, reason: null, outcome: 'ended', closes };
	const outcome = same.status === 'firing' ? 'ended' : 'repeated';
	return { what: 'ended', id: same.id, endsAt, outcome, closes };
}

function closingOf(open: Episode, startsAt: Date, endsAt: Date): Closing {
	if (open.startsAt < startsAt) return { id: open.id, at: startsAt, reason: FOLLOWED };
	return { id: open.id, at: endsAt, reason: OVERTAKEN };
}

const sameEpisode = (known: readonly Episode[], { begins }: Told) =>
	known.find((episode) => episode.begins === begins);

/** The first that began after that moment. */
function followerOf(known: readonly Episode[], moment: Date): Episode | undefined {
	return known
		.filter(({ startsAt }) => startsAt > moment)
		.sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime())[0];
}

const newest = (known: readonly Episode[]) =>
	[...known].sort((a, b) => b.startsAt.getTime() - a.startsAt.getTime())[0];
