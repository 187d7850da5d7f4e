// Objects on a picture: corner brackets and a caption each, neutral because hue belongs to direction. Dashed while predicted.
import type { BoundingBox, LiveDetection } from '#lib/contracts/detection.ts';
import type { Fit } from './fit.ts';
import type { Canvas2D } from './sprites.ts';
import { drawCaption, type Plate } from './captions.ts';

const CASING = 'rgb(0 0 0 / 0.6)';
const LINE = '#fff';
/** Pictures narrower than this carry brackets alone; up to the second the class alone. CSS pixels. */
const CLASS_FROM_PX = 340;
const ALL_FROM_PX = 620;
/** A caption wider than its box by more than this hides its neighbours: a crowd keeps to brackets. */
const CROWD = 14;

/** CSS pixels of the box. */
export interface ScreenBox {
	x: number;
	y: number;
	width: number;
	height: number;
}

export function screenBox(box: BoundingBox, fit: Fit): ScreenBox {
	return {
		x: fit.x + box.x * fit.width,
		y: fit.y + box.y * fit.height,
		width: box.width * fit.width,
		height: box.height * fit.height
	};
}

/**
 * The four corners as polylines of three points, so that the object itself stays free of lines:
 *
 *   ┌─      ─┐
 *
 *   └─      ─┘     an arm is a fifth of the shorter side, 4 to 12 px
 */
export function brackets({ x, y, width, height }: ScreenBox): [number, number][][] {
	const arm = Math.min(12, Math.max(4, Math.min(width, height) / 5), width / 2, height / 2);
	const [right, bottom] = [x + width, y + height];
	return [
		[
			[x, y + arm],
			[x, y],
			[x + arm, y]
		],
		[
			[right - arm, y],
			[right, y],
			[right, y + arm]
		],
		[
			[right, bottom - arm],
			[right, bottom],
			[right - arm, bottom]
		],
		[
			[x + arm, bottom],
			[x, bottom],
			[x, bottom - arm]
		]
	];
}

/** `person 0.87 #12`, shortened where the picture is small or full; null where no words fit. */
export function boxCaption(
	{ label, confidence, trackId }: LiveDetection,
	pictureWidth: number,
	boxes: number
): string | null {
	if (pictureWidth < CLASS_FROM_PX || (boxes > CROWD && pictureWidth < 2 * CLASS_FROM_PX)) return null;
	if (pictureWidth < ALL_FROM_PX || boxes > CROWD) return label;
	return `${label} ${confidence.toFixed(2)} #${trackId}`;
}

/** Draws the objects of one frame; their captions keep clear of the plates in `taken`. The context's unit is the CSS pixel. */
export function drawBoxes(
	context: Canvas2D,
	detections: readonly LiveDetection[],
	fit: Fit,
	taken: Plate[] = []
): void {
	if (detections.length === 0 || fit.width === 0) return;
	context.save();
	context.lineJoin = 'miter';
	for (const detection of detections) {
		const box = screenBox(detection.boundingBox, fit);
		strokeBrackets(context, box, detection.seen);
	}
	// The longest known first, frame after frame: names must not flicker as objects pass each other.
	for (const detection of [...detections].sort((a, b) => a.trackId - b.trackId)) {
		const words = boxCaption(detection, fit.width, detections.length);
		const box = screenBox(detection.boundingBox, fit);
		const anchor = { x: box.x, bottom: box.y - 3, top: box.y + 3, under: box.y + box.height + 3 };
		if (words) drawCaption(context, words, anchor, fit, taken);
	}
	context.restore();
}

function strokeBrackets(context: Canvas2D, box: ScreenBox, seen: boolean): void {
	context.setLineDash(seen ? [] : [2.5, 2.5]);
	context.globalAlpha = seen ? 1 : 0.8;
	context.beginPath();
	for (const corner of brackets(box)) {
		corner.forEach(([x, y], i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
	}
	context.strokeStyle = CASING;
	context.lineWidth = 3.5;
	context.stroke();
	context.strokeStyle = LINE;
	context.lineWidth = 1.6;
	context.stroke();
}
