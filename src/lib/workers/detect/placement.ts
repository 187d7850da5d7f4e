// Where a picture lands in a model's input, and where a box found there lies in the picture.
import type { BoundingBox } from '#lib/contracts/detection.ts';
import type { ModelSpec } from '#lib/contracts/model.ts';

/** The picture's rectangle within the input, whole px. */
export interface Placement {
	left: number;
	top: number;
	width: number;
	height: number;
}

/** Corners in px of the input. */
export interface Corners {
	x1: number;
	y1: number;
	x2: number;
	y2: number;
}

/** The kernel writes four pixels at a time. */
const LEAST_WIDTH = 4;

/** `letterbox`: as large as it fits, in the middle; `stretch`: all of the input. */
export function placePicture(
	input: Pick<ModelSpec['input'], 'width' | 'height' | 'fit'>,
	width: number,
	height: number
): Placement {
	if (input.fit === 'stretch') return { left: 0, top: 0, width: input.width, height: input.height };
	const scale = Math.min(input.width / width, input.height / height);
	const fitted = {
		width: Math.min(input.width, Math.max(LEAST_WIDTH, Math.round(width * scale))),
		height: Math.min(input.height, Math.max(1, Math.round(height * scale)))
	};
	return {
		left: (input.width - fitted.width) >> 1,
		top: (input.height - fitted.height) >> 1,
		...fitted
	};
}

/** From px of the input to 0..1 of the picture, cut to it; null where nothing of the box lies on the picture. */
export function boxOnPicture({ x1, y1, x2, y2 }: Corners, placement: Placement): BoundingBox | null {
	const left = within((x1 - placement.left) / placement.width);
	const top = within((y1 - placement.top) / placement.height);
	const width = within((x2 - placement.left) / placement.width) - left;
	const height = within((y2 - placement.top) / placement.height) - top;
	return width > 0 && height > 0 ? { x: left, y: top, width, height } : null;
}

const within = (value: number): number => Math.min(1, Math.max(0, value));
