// Marks on still pictures: captions never cover one another.
import { expect, it } from 'vitest';
import { objectsSvg, zoneSvg, type Plate } from './marks.ts';

const size = { width: 960, height: 540 };
const person = (trackId: number, x: number, y: number) => ({
	trackId,
	label: 'person',
	confidence: 0.9,
	box: { x, y, width: 0.03, height: 0.12 },
	seen: true,
	ageS: 1
});

it('moves a caption under its object where another lies above it', () => {
	const taken: Plate[] = [];
	objectsSvg([person(1, 0.5, 0.5), person(2, 0.51, 0.5)], size, taken);
	expect(taken).toHaveLength(2);
	const [above, under] = taken;
	expect(above!.y + above!.height).toBeLessThanOrEqual(0.5 * size.height);
	expect(under!.y).toBeGreaterThanOrEqual(0.62 * size.height);
});

it('leaves the caption of an object out where every place is taken, and never the name of the zone', () => {
	const taken: Plate[] = [];
	const zone = zoneSvg(
		{
			name: 'Transformer',
			kind: 'polygon',
			points: [
				[0.5, 0.5],
				[0.6, 0.6],
				[0.4, 0.6]
			]
		},
		size,
		taken
	);
	expect(zone).toContain('>Transformer</text>');
	const crowd = objectsSvg([person(1, 0.5, 0.5), person(2, 0.5, 0.5), person(3, 0.5, 0.5)], size, taken);
	expect(crowd.match(/<text/g)).toHaveLength(1);
});
