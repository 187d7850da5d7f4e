// Box drawing maths: brackets stay on their box, captions say what fits.
import { describe, expect, it } from 'vitest';
import { boxCaption, brackets, screenBox } from './boxes.ts';
import { captionPlace, freePlate } from './captions.ts';
import { fitInside } from './fit.ts';

const fit = fitInside(640, 480, 1600, 900);

describe('screenBox', () => {
	it('lies on the picture, beside the bars', () => {
		expect(screenBox({ x: 0, y: 0.5, width: 0.5, height: 0.25 }, fit)).toEqual({
			x: 200,
			y: 450,
			width: 600,
			height: 225
		});
	});
});

describe('brackets', () => {
	const corners = (width: number, height: number) => brackets({ x: 10, y: 20, width, height });

	it('touches all four corners of the box', () => {
		expect(corners(100, 60).map((corner) => corner[1])).toEqual([
			[10, 20],
			[110, 20],
			[110, 80],
			[10, 80]
		]);
	});

	it('never lets two arms of a side overlap, however small the box', () => {
		for (const [width, height] of [
			[3, 200],
			[200, 3],
			[1, 1],
			[0, 0]
		] as const) {
			const [topLeft, topRight] = corners(width, height);
			expect(topLeft?.[2]?.[0]).toBeLessThanOrEqual(topRight?.[0]?.[0] ?? -1);
		}
	});
});

describe('boxCaption', () => {
	const person = {
		trackId: 12,
		label: 'person',
		confidence: 0.866,
		boundingBox: { x: 0, y: 0, width: 0.1, height: 0.1 },
		seen: true
	};

	it('says class, confidence and track where there is room', () => {
		expect(boxCaption(person, 900, 3)).toBe('person 0.87 #12');
	});

	it('keeps to the class on a tile and in a crowd, and to brackets where nothing fits', () => {
		expect(boxCaption(person, 480, 3)).toBe('person');
		expect(boxCaption(person, 900, 40)).toBe('person');
		expect(boxCaption(person, 480, 40)).toBeNull();
		expect(boxCaption(person, 240, 1)).toBeNull();
	});
});

describe('captionPlace', () => {
	const plate = { width: 80, height: 16 };

	it('stands above its object, and below where the picture ends', () => {
		expect(captionPlace({ x: 300, bottom: 97, top: 103 }, plate, fit)).toEqual({ x: 300, y: 81 });
		expect(captionPlace({ x: 300, bottom: 5, top: 11 }, plate, fit)).toEqual({ x: 300, y: 11 });
	});

	it('stays inside the picture at both sides', () => {
		expect(captionPlace({ x: 190, bottom: 97, top: 103 }, plate, fit).x).toBe(200);
		expect(captionPlace({ x: 1390, bottom: 97, top: 103 }, plate, fit).x).toBe(1320);
	});
});

describe('freePlate', () => {
	const size = { width: 80, height: 16 };
	const anchor = { x: 300, bottom: 97, top: 103, under: 160 };
	const above = { x: 300, y: 81, ...size };
	const under = { x: 300, y: 160, ...size };

	it('stands above, else hangs under the box, else lies in it', () => {
		expect(freePlate(anchor, size, fit, [])).toEqual(above);
		expect(freePlate(anchor, size, fit, [{ ...above, x: 379 }])).toEqual(under);
		expect(freePlate(anchor, size, fit, [above, under])).toEqual({ x: 300, y: 103, ...size });
	});

	it('lets captions touch', () => {
		expect(freePlate(anchor, size, fit, [{ ...above, x: 380 }])).toEqual(above);
	});

	it('is left out where every place is taken, or would leave the picture', () => {
		expect(freePlate(anchor, size, fit, [{ x: 290, y: 0, width: 60, height: 900 }])).toBeNull();
		const low = { x: 300, bottom: 870, top: 890, under: 899 };
		expect(freePlate(low, size, fit, [{ x: 300, y: 850, width: 10, height: 30 }])).toBeNull();
	});
});
