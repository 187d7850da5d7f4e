// Where pictures lie in an input, and the way back for boxes.
import { expect, it } from 'vitest';
import { boxOnPicture, placePicture } from './placement.ts';

const letterbox = { width: 640, height: 640, fit: 'letterbox' as const };

it.each([
	[640, 360, { left: 0, top: 140, width: 640, height: 360 }],
	[1280, 720, { left: 0, top: 140, width: 640, height: 360 }],
	[360, 640, { left: 140, top: 0, width: 360, height: 640 }],
	[100, 100, { left: 0, top: 0, width: 640, height: 640 }],
	[4000, 2, { left: 0, top: 319, width: 640, height: 1 }],
	[1, 4000, { left: 318, top: 0, width: 4, height: 640 }]
])('places %i x %i in the middle', (width, height, place) => {
	expect(placePicture(letterbox, width, height)).toEqual(place);
});

it('stretches to all of the input', () => {
	expect(placePicture({ ...letterbox, fit: 'stretch' }, 100, 7)).toEqual({
		left: 0,
		top: 0,
		width: 640,
		height: 640
	});
});

const place = placePicture(letterbox, 1280, 720);

it('gives boxes in fractions of the picture', () => {
	expect(boxOnPicture({ x1: 160, y1: 230, x2: 320, y2: 320 }, place)).toEqual({
		x: 0.25,
		y: 0.25,
		width: 0.25,
		height: 0.25
	});
});

it('cuts boxes to the picture, and drops those on the padding', () => {
	expect(boxOnPicture({ x1: -50, y1: 0, x2: 700, y2: 640 }, place)).toEqual({
		x: 0,
		y: 0,
		width: 1,
		height: 1
	});
	expect(boxOnPicture({ x1: 10, y1: 10, x2: 100, y2: 130 }, place)).toBeNull();
});
