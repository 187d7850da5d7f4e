// What is marked on a still picture beside its motion: the objects that were seen, and the zone a rule looked at. As SVG.
import type { TrackedObject } from '#lib/contracts/detection.ts';
import type { Zone } from '#lib/contracts/zone.ts';

/** What a zone's outline needs. */
export type ZoneOutline = Pick<Zone, 'name' | 'kind' | 'points'>;

/** Neutral, because hue belongs to direction; the casing keeps it readable on any picture. */
const LINE = '#fff';
const CASING = '#000';
const CASING_OPACITY = 0.6;
const ZONE_DASH = 7;
/** A crowd keeps to brackets and classes: captions would hide it. */
const CROWD = 14;
const LEAST_FONT = 11;
const MOST_FONT = 22;
/** A character's width over the font's size, generously: what a caption's ground is as wide as. */
const ADVANCE = 0.62;

/** The ground of a caption, px. */
export interface Plate {
	x: number;
	y: number;
	width: number;
	height: number;
}

interface Size {
	width: number;
	height: number;
}

/**
 * Corner brackets and a caption for each object, in pixels of a picture of this size. Captions keep clear of the plates
 * in `taken` and of each other; where there is no room, brackets alone tell of the object.
 */
export function objectsSvg(objects: readonly TrackedObject[], size: Size, taken: Plate[] = []): string {
	const font = fontOf(size);
	const drawn = objects.map((object) => boxSvg(object, size));
	const captions = objects.map((object) => {
		const words =
			objects.length > CROWD
				? object.label
				: `${object.label} ${object.confidence.toFixed(2)} #${object.trackId}`;
		const { x, y, height } = object.box;
		const at = { x: x * size.width, bottom: y * size.height - 3, under: (y + height) * size.height + 3 };
		return captionSvg(words, at, font, size, taken);
	});
	return drawn.join('') + captions.join('');
}

/**
 * The zone's edge with its name at its highest corner. A line carries a tick on the side that is `in`, A→B's right-hand side:
 *
 *   A ────────┬──────── B
 *             ▼ in
 */
export function zoneSvg({ name, kind, points }: ZoneOutline, size: Size, taken: Plate[] = []): string {
	const corners = points.map(([x, y]) => [x * size.width, y * size.height] as const);
	const [a, b] = corners;
	if (!a || !b) return '';
	const path = `M${corners.map(([x, y]) => `${px(x)} ${px(y)}`).join('L')}${kind === 'polygon' ? 'Z' : tickPath(a, b)}`;
	const top = corners.reduce((highest, corner) => (corner[1] < highest[1] ? corner : highest));
	const fill = kind === 'polygon' ? `fill="${LINE}" fill-opacity="0.07"` : 'fill="none"';
	return (
		`<g stroke-linejoin="round"><path d="${path}" fill="none" stroke="${CASING}" stroke-opacity="${CASING_OPACITY}" stroke-width="4"/>` +
		`<path d="${path}" ${fill} stroke="${LINE}" stroke-width="1.8" stroke-dasharray="${ZONE_DASH} 4"/></g>` +
		captionSvg(name, { x: top[0], bottom: top[1] - 4 }, fontOf(size), size, taken)
	);
}

type Corner = readonly [x: number, y: number];

/** From the line's middle towards its right-hand side, which lies clockwise of its direction as y points down. */
function tickPath([ax, ay]: Corner, [bx, by]: Corner): string {
	const [dx, dy] = [bx - ax, by - ay];
	const length = Math.hypot(dx, dy) || 1;
	const [mx, my] = [(ax + bx) / 2, (ay + by) / 2];
	const reach = Math.min(18, length / 4);
	return `M${px(mx)} ${px(my)}L${px(mx - (dy / length) * reach)} ${px(my + (dx / length) * reach)}`;
}

/** The four corners alone, so that the object itself stays free of lines; dashed while the box is predicted. */
function boxSvg({ box, seen }: TrackedObject, size: Size): string {
	const [left, top] = [box.x * size.width, box.y * size.height];
	const [right, bottom] = [left + box.width * size.width, top + box.height * size.height];
	const arm = Math.min(
		16,
		Math.max(4, Math.min(right - left, bottom - top) / 5),
		(right - left) / 2,
		(bottom - top) / 2
	);
	const corner = (x: number, y: number, towardsX: 1 | -1, towardsY: 1 | -1) =>
		`M${px(x)} ${px(y + arm * towardsY)}V${px(y)}H${px(x + arm * towardsX)}`;
	const path =
		corner(left, top, 1, 1) +
		corner(right, top, -1, 1) +
		corner(left, bottom, 1, -1) +
		corner(right, bottom, -1, -1);
	const dash = seen ? '' : ' stroke-dasharray="3 3"';
	return (
		`<g fill="none"${dash}><path d="${path}" stroke="${CASING}" stroke-opacity="${CASING_OPACITY}" stroke-width="4"/>` +
		`<path d="${path}" stroke="${LINE}" stroke-width="1.8"/></g>`
	);
}

/** Words on a dark ground, kept inside the picture, above their place or under it; nothing where both are taken. */
function captionSvg(
	words: string,
	at: { x: number; bottom: number; under?: number },
	font: number,
	size: Size,
	taken: Plate[]
): string {
	const text = shortened(words);
	const width = text.length * font * ADVANCE + 8;
	const height = font * 1.35;
	const x = Math.min(Math.max(0, at.x), Math.max(0, size.width - width));
	const plate = [at.bottom - height, at.under]
		.filter((top) => top !== undefined)
		.map((top) => ({ x, y: Math.min(Math.max(0, top), size.height - height), width, height }))
		.find((place) => !taken.some((other) => covers(place, other)));
	if (!plate) return '';
	taken.push(plate);
	const { y } = plate;
	return (
		`<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" rx="2" fill="${CASING}" fill-opacity="0.68"/>` +
		`<text x="${px(x + 4)}" y="${px(y + font * 1.02)}" font-family="DejaVu Sans, Arial, sans-serif" font-size="${font}" fill="${LINE}">${escaped(text)}</text>`
	);
}

function covers(a: Plate, b: Plate): boolean {
	return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function fontOf({ width }: Size): number {
	return Math.round(Math.min(MOST_FONT, Math.max(LEAST_FONT, width * 0.0155)));
}

const shortened = (words: string) => (words.length > 40 ? `${words.slice(0, 39)}…` : words);
const px = (value: number) => Math.round(value * 10) / 10;

/** Names are people's, and labels are a model file's: as text they must not become markup, nor break it. */
function escaped(words: string): string {
	return (
		words
			.toWellFormed()
			// eslint-disable-next-line no-control-regex -- XML holds no control characters
			.replaceAll(/[\u0000-\u001f\ufffe\uffff]/g, ' ')
			.replaceAll('&', '&amp;')
			.replaceAll('<', '&lt;')
			.replaceAll('>', '&gt;')
	);
}
