// Films in which little moves, and when: what is told at other times is a false alarm.
export interface QuietFilm {
	name: string;
	path: string;
	/** Seconds between which something moves or the light changes, judged by eye. */
	moves: [number, number][];
	what: string;
}

const SHARED = '../shared/data/video';

export const QUIET: QuietFilm[] = [
	{
		name: 'hallway',
		path: `${SHARED}/frigate-motion-1.mp4`,
		moves: [[4.5, 11]],
		what: 'an infrared hallway without anybody; a door lets in light, then the light is switched on'
	},
	{
		name: 'bottles',
		path: `${SHARED}/bottle-detection.mp4`,
		moves: [
			[5.4, 8],
			[10.4, 14.2],
			[15.5, 18.2],
			[21.5, 25.2],
			[26.4, 29.2],
			[30.4, 32.6],
			[34.4, 37.2]
		],
		what: 'three bottles; hands take them away and put them back'
	}
];

/** Something told: from when to when, s. */
export interface Alarm {
	from: number;
	to: number;
}

/** Of each number when it was told first and last. */
export function alarmsOf(frames: { t: number; told: { trackId: number }[] }[]): Alarm[] {
	const alarms = new Map<number, Alarm>();
	for (const { t, told } of frames) {
		for (const { trackId } of told) {
			const alarm = alarms.get(trackId);
			if (alarm) alarm.to = t;
			else alarms.set(trackId, { from: t, to: t });
		}
	}
	return [...alarms.values()];
}

/** Those that began while nothing moved. */
export function falseAlarms(alarms: Alarm[], moves: QuietFilm['moves']): Alarm[] {
	return alarms.filter(({ from }) => !moves.some(([begin, end]) => from >= begin && from <= end));
}
