// Which breaches the scenes' scripts hold, and how a replay's firings match them.
import type { SceneName } from '../../scenes/truth.ts';
import type { Firing } from './replay.ts';

/** Of one loop, seconds: its length, and when the breach can be seen. Off the truth's events and the objects' own visibility. */
const SCRIPT: Record<SceneName, { loopS: number; fromS: number; toS: number }> = {
	// Walkers are on the west crossing for as long as the phase lasts, and a little longer.
	junction: { loopS: 26, fromS: 17.2, toS: 27 },
	// From when the one in red enters the picture until he is small in the distance.
	concourse: { loopS: 26, fromS: 9, toS: 26 },
	// From the first step into the zone until the last out of it.
	yard: { loopS: 28, fromS: 19, toS: 24 }
};

export interface Assessment {
	breaches: number;
	once: number;
	missed: number;
	doubled: number;
	/** Firings outside every breach. */
	others: Firing[];
}

/** A firing belongs to the breach during which it began; breaches cut off by the end are left out. */
export function assess(scene: SceneName, firings: Firing[], seconds: number): Assessment {
	const { loopS, fromS, toS } = SCRIPT[scene];
	const breaches = Array.from({ length: Math.ceil(seconds / loopS) }, (_, loop) => ({
		fromS: loop * loopS + fromS,
		toS: loop * loopS + toS
	})).filter((breach) => breach.toS <= seconds);
	const counts = breaches.map(
		(breach) => firings.filter((firing) => firing.fromS >= breach.fromS && firing.fromS < breach.toS).length
	);
	return {
		breaches: breaches.length,
		once: counts.filter((count) => count === 1).length,
		missed: counts.filter((count) => count === 0).length,
		doubled: counts.filter((count) => count > 1).length,
		others: firings.filter(
			(firing) =>
				!breaches.some(
					(breach) =>
						firing.fromS >= breach.fromS &&
						firing.fromS < breach.toS + (breach === breaches.at(-1) ? loopS : 0)
				)
		)
	};
}

/** Of a breach that begins with the film and never ends. */
export function assessLasting(firings: Firing[]): Assessment {
	const [first, ...others] = firings;
	return {
		breaches: 1,
		once: first ? 1 : 0,
		missed: first ? 0 : 1,
		doubled: others.length > 0 ? 1 : 0,
		others
	};
}
