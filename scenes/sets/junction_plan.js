// The junction's plan that road, traffic and walkers share: widths, kerbs and the signal cycle.

export const FPS = 25;
export const FRAMES = 650;
/** Length of the loop and of the signal cycle, seconds. */
export const CYCLE_S = FRAMES / FPS;

export const HALF_ROAD = 5.2;
export const LANE = 1.85;
export const CYCLE_LANE = 4.35;
export const CORNER_RADIUS = 2.6;
export const KERB_HEIGHT = 0.13;
/** Distance of the stop lines and the signal poles from the centre. */
export const STOP_LINE = 11.95;
export const SIGNAL_POLE = 11.6;
/** Walkers set off at this second of the cycle. */
export const WALK_FROM_S = 17.2;

/** Signals at a time: north-south and east-west, each green, amber or red. */
export function signalsAt(seconds) {
	const t = ((seconds % CYCLE_S) + CYCLE_S) % CYCLE_S;
	return {
		northSouth: t < 6.6 ? 'green' : t < 8.0 ? 'amber' : 'red',
		eastWest: t >= 8.6 && t < 15.4 ? 'green' : t >= 15.4 && t < 16.6 ? 'amber' : 'red'
	};
}

/** Height of the walking surface: 0 on the road, the kerb's height on the pavement, a short ramp between. */
export function groundHeight(x, z) {
	const [ax, az] = [Math.abs(x), Math.abs(z)];
	if (ax < HALF_ROAD || az < HALF_ROAD) return 0;
	const centre = HALF_ROAD + CORNER_RADIUS;
	if (ax < centre && az < centre && Math.hypot(ax - centre, az - centre) > CORNER_RADIUS) return 0;
	const ramp = (Math.min(ax, az) - HALF_ROAD + 0.02) / 0.12;
	return KERB_HEIGHT * Math.max(0, Math.min(1, ramp));
}
