// The one direction wheel: an angle clockwise from up (picture) or north (map) and its colour, the same on every page.
import { HUES_ON_PICTURES, hueIndex } from '#lib/contracts/direction.ts';
import type { FlowSample } from '#lib/contracts/flow.ts';

/** One colour per 10 degrees, the first is 0 (up, north). Lightness and chroma are constant round the ring. */
// prettier-ignore
export const HUES_ON_LIGHT: readonly string[] = [
	'#517cb4', '#5d79b5', '#6975b5', '#7471b3', '#7f6eaf', '#886ba9', '#9068a3', '#98659b', '#9e6392',
	'#a46188', '#a8607d', '#ab6072', '#ad6167', '#ad625c', '#ad6451', '#aa6647', '#a7693d', '#a26d35',
	'#9c712f', '#95752b', '#8d792c', '#837d30', '#798137', '#6d8440', '#60874a', '#538a55', '#448c60',
	'#358d6c', '#248d77', '#118d82', '#008c8c', '#008b96', '#12899f', '#2486a6', '#3483ac', '#4380b1'
];

/** Below this coherence a mean direction would be made up: the grey four-way mark stands instead. */
export const MIXED_BELOW = 0.25;

export function hueOnPicture(degrees: number): string {
	return HUES_ON_PICTURES[hueIndex(degrees)] ?? '#73aef8';
}

export type DirectionFrame = 'picture' | 'map';

const PICTURE_WORDS = ['up', 'up right', 'right', 'down right', 'down', 'down left', 'left', 'up left'];
const MAP_WORDS = ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'];

/** The nearest of eight words, in the words of the frame the angle belongs to. */
export function directionWord(degrees: number, frame: DirectionFrame = 'picture'): string {
	const eighth = Math.round((((degrees % 360) + 360) % 360) / 45) % 8;
	return (frame === 'map' ? MAP_WORDS : PICTURE_WORDS)[eighth] ?? 'up';
}

export type FlowDirection = { kind: 'none' } | { kind: 'mixed' } | { kind: 'towards'; degrees: number };

/** What may be said of a sample's direction: none when nothing moves, mixed when the vectors disagree. */
export function flowDirection(flow: Pick<FlowSample, 'direction' | 'coherence'> | null): FlowDirection {
	if (!flow || flow.direction === null) return { kind: 'none' };
	if (flow.coherence < MIXED_BELOW) return { kind: 'mixed' };
	return { kind: 'towards', degrees: flow.direction };
}

export function directionSentence(direction: FlowDirection, frame: DirectionFrame = 'picture'): string {
	switch (direction.kind) {
		case 'none':
			return 'no motion';
		case 'mixed':
			return 'mixed directions';
		case 'towards':
			return `${directionWord(direction.degrees, frame)}, ${Math.round(direction.degrees) % 360} degrees`;
	}
}
