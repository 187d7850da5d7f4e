// Motion, objects and zones drawn on a picture by the server: as the page draws them, but as SVG over the JPEG.
import { directionOf, hueIndex, HUES_ON_PICTURES } from '#lib/contracts/direction.ts';
import sharp from 'sharp';
import type { PreviewFrame } from '#lib/contracts/messages.ts';
import type { StreamRecord } from '#lib/contracts/stream.ts';
import { objectsSvg, zoneSvg, type Plate, type ZoneOutline } from './marks.ts';

/** A stream's display fields, as far as a still picture shows them. */
export type Display = Pick<
	StreamRecord,
	'arrow_scale' | 'arrow_opacity' | 'gradient_intensity' | 'show_feed' | 'show_arrows' | 'show_magnitude'
>;

/** What is marked on a picture that is kept: its objects always, motion and a zone where given. */
export interface Evidence {
	arrows: boolean;
	zone: ZoneOutline | null;
}

/** Share of its brightness the feed keeps while motion lies on it. */
const DIMMED = 0.72;
/** What is drawn on when the feed is off. */
const GROUND = '#16181b';
const CASING_OPACITY = 0.72;
/** Arrows closer than this run into each other: every second (third, …) grid point is drawn instead, px. */
const LEAST_SPACING = 7;
/** At this magnitude, px a frame, heat has 63 % of its strength. */
const HEAT_REFERENCE = 4;
const JPEG_QUALITY = 80;

/** Equal for displays that draw the same. */
export function overlayKey(display: Display): string {
	const { arrow_scale, arrow_opacity, gradient_intensity, show_feed, show_arrows, show_magnitude } = display;
	return [arrow_scale, arrow_opacity, gradient_intensity, show_feed, show_arrows, show_magnitude].join();
}

/** The frame's JPEG, of the same size, with its motion drawn on it. */
export async function renderOverlay(frame: PreviewFrame, display: Display): Promise<Uint8Array> {
	const plain = display.show_feed && !display.show_arrows && !display.show_magnitude;
	if (plain && frame.objects.length === 0) return frame.jpeg;
	return drawn(frame.jpeg, (width, height) => overlaySvg(frame, display, width, height));
}

/** The frame's JPEG with what was seen marked on it, its brightness kept: a picture to file, and to show as evidence. */
export async function renderEvidence(frame: PreviewFrame, { arrows, zone }: Evidence): Promise<Uint8Array> {
	return drawn(frame.jpeg, (width, height) => {
		const size = { width, height };
		const motion = arrows ? arrowsSvg(frame, width / frame.width, width, EVIDENCE_ARROWS) : '';
		const captions: Plate[] = [];
		const outline = zone ? zoneSvg(zone, size, captions) : '';
		return svg(width, height, motion + outline + objectsSvg(frame.objects, size, captions));
	});
}

const EVIDENCE_ARROWS = { arrow_scale: 2, arrow_opacity: 70 };

async function drawn(
	jpeg: Uint8Array,
	svgOf: (width: number, height: number) => string
): Promise<Uint8Array> {
	const picture = sharp(jpeg);
	const { width, height } = await picture.metadata();
	return (
		picture
			.composite([{ input: Buffer.from(svgOf(width, height)) }])
			// Full colour resolution: arrows are thin and their hue is what they say.
			.jpeg({ quality: JPEG_QUALITY, chromaSubsampling: '4:4:4' })
			.toBuffer()
	);
}

/** The overlay as SVG, in pixels of a picture `width` wide. */
export function overlaySvg(frame: PreviewFrame, display: Display, width: number, height: number): string {
	const scale = width / frame.width;
	const dim = display.show_arrows || display.show_magnitude ? 1 - DIMMED : 0;
	const ground = display.show_feed
		? `<rect width="${width}" height="${height}" fill-opacity="${dim}"/>`
		: `<rect width="${width}" height="${height}" fill="${GROUND}"/>`;
	const heat = display.show_magnitude ? heatSvg(frame, scale, display.gradient_intensity / 100) : '';
	const arrows = display.show_arrows ? arrowsSvg(frame, scale, width, display) : '';
	return svg(width, height, ground + heat + arrows + objectsSvg(frame.objects, { width, height }));
}

const svg = (width: number, height: number, content: string) =>
	`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`;

/** Magnitude as lightness, one soft cell a vector: hue belongs to direction. */
function heatSvg({ vectors, gridSize }: PreviewFrame, scale: number, intensity: number): string {
	const side = gridSize * scale;
	const cells: string[] = [];
	for (let i = 0; i + 3 < vectors.length; i += 4) {
		const [x, y, dx, dy] = vectors.subarray(i, i + 4) as unknown as [number, number, number, number];
		const strength = (1 - Math.exp(-Math.hypot(dx, dy) / HEAT_REFERENCE)) * intensity;
		const corner = `x="${px(x * scale - side / 2)}" y="${px(y * scale - side / 2)}"`;
		cells.push(
			`<rect ${corner} width="${px(side)}" height="${px(side)}" fill-opacity="${strength.toFixed(3)}"/>`
		);
	}
	const soft = `<filter id="soft"><feGaussianBlur stdDeviation="${px(side * 0.4)}"/></filter>`;
	return `${soft}<g fill="#f4f4f4" filter="url(#soft)">${cells.join('')}</g>`;
}

/** One path a colour under one dark casing, so that the drawing stays small however many vectors there are. */
function arrowsSvg(
	{ vectors, gridSize }: PreviewFrame,
	scale: number,
	width: number,
	display: Pick<Display, 'arrow_scale' | 'arrow_opacity'>
): string {
	const head = Math.min(13, Math.max(4.6, width * 0.0092));
	const stride = Math.max(1, Math.ceil(LEAST_SPACING / (gridSize * scale)));
	const byHue = new Map<number, string[]>();
	for (let i = 0; i + 3 < vectors.length; i += 4) {
		const [x, y, dx, dy] = vectors.subarray(i, i + 4) as unknown as [number, number, number, number];
		if (Math.floor(x / gridSize) % stride || Math.floor(y / gridSize) % stride) continue;
		const reach = scale * display.arrow_scale;
		const path = arrowPath(x * scale, y * scale, dx * reach, dy * reach, head);
		const hue = hueIndex(directionOf(dx, dy));
		byHue.set(hue, [...(byHue.get(hue) ?? []), path]);
	}
	const round = 'stroke-linecap="round" stroke-linejoin="round"';
	const casing = [...byHue.values()].flat().join('');
	const colours = [...byHue].map(([hue, paths]) => {
		const colour = HUES_ON_PICTURES[hue]!;
		return `<path d="${paths.join('')}" fill="${colour}" stroke="${colour}"/>`;
	});
	return (
		`<g opacity="${display.arrow_opacity / 100}" ${round}>` +
		`<path d="${casing}" fill="none" stroke="#000" stroke-opacity="${CASING_OPACITY}" stroke-width="${px(head * 0.42)}"/>` +
		`<g stroke-width="${px(Math.max(0.9, head * 0.19))}">${colours.join('')}</g></g>`
	);
}

/**
 * A stem and a head, in pixels of the picture. A vector shorter than its head is a head alone.
 *
 *   (x, y) ─────────── notch ▷ tip
 */
function arrowPath(x: number, y: number, dx: number, dy: number, head: number): string {
	const length = Math.hypot(dx, dy);
	const [ux, uy] = [dx / length, dy / length];
	const reach = Math.max(length, head * 0.75);
	const along = (distance: number, aside = 0) =>
		`${px(x + ux * distance - uy * aside)} ${px(y + uy * distance + ux * aside)}`;
	const half = head * 0.42;
	const notch = along(reach - head * 0.78);
	const stem = reach - head * 0.78 > head * 0.15 ? `M${px(x)} ${px(y)}L${notch}` : '';
	const [tip, left, right] = [along(reach), along(reach - head, half), along(reach - head, -half)];
	return `${stem}M${tip}L${left}L${notch}L${right}Z`;
}

const px = (value: number) => Math.round(value * 10) / 10;
