// One picture with everything drawn on it, in order: feed, heat, trails, arrows, zones, boxes. Called once a frame, outside Svelte.
import type { LiveFrame } from '#lib/contracts/live.ts';
import type { Zone } from '#lib/contracts/zone.ts';
import { drawArrows } from './draw/arrows.ts';
import { drawBoxes } from './draw/boxes.ts';
import { reserveCaption, type Plate } from './draw/captions.ts';
import type { Fit } from './draw/fit.ts';
import { drawHeat } from './draw/heat.ts';
import type { Trails } from './draw/trails.ts';
import { drawZones, nameAnchor } from './draw/zones.ts';

export interface Overlays {
	feed: boolean;
	arrows: boolean;
	magnitude: boolean;
	trails: boolean;
}

/** The stream's drawing fields, in the registry's units: a factor and per cents. */
export interface DrawStyle {
	arrow_scale: number;
	arrow_opacity: number;
	gradient_intensity: number;
}

/** What the live feed hands over: a decoded picture and the figures of that very frame. */
export interface LivePicture {
	frame: Omit<LiveFrame, 'jpeg'>;
	bitmap: ImageBitmap;
	/** ms since the epoch, the browser's clock, when the frame's text had arrived. */
	receivedAt: number;
}

/** Share of its brightness the feed keeps while arrows lie on it, and while lightness itself says magnitude. */
const DIMMED = 0.72;
const DIMMED_FOR_HEAT = 0.48;
const GROUND = '#08090b';

/** Draws the feed; without it, an even dark ground, so that arrows can be read alone. */
function drawFeed(
	context: CanvasRenderingContext2D,
	picture: LivePicture,
	fit: Fit,
	overlays: Overlays
): void {
	if (!overlays.feed) {
		context.fillStyle = '#16181b';
		context.fillRect(fit.x, fit.y, fit.width, fit.height);
		return;
	}
	context.imageSmoothingQuality = 'high';
	context.drawImage(picture.bitmap, fit.x, fit.y, fit.width, fit.height);
	if (!overlays.arrows && !overlays.trails && !overlays.magnitude) return;
	context.fillStyle = `rgb(0 0 0 / ${1 - (overlays.magnitude ? DIMMED_FOR_HEAT : DIMMED)})`;
	context.fillRect(fit.x, fit.y, fit.width, fit.height);
}

export interface DrawJob {
	picture: LivePicture;
	/** CSS pixels of the canvas. */
	box: { width: number; height: number };
	/** Device pixels a CSS pixel: the context is already scaled by it. */
	ratio: number;
	fit: Fit;
	overlays: Overlays;
	style: DrawStyle;
	trails: Trails | null;
	boxes: boolean;
	/** Zones to outline. */
	zones: readonly Zone[];
	/** Zones whose names somebody else writes over the picture. */
	named: readonly Zone[];
	/** false leaves vectors and boxes out: a stale picture is kept, never what moved on it. */
	measured: boolean;
}

const FEED_ALONE: Overlays = { feed: true, arrows: false, magnitude: false, trails: false };

/** Draws one picture into a context whose unit is the CSS pixel. */
export function drawPicture(context: CanvasRenderingContext2D, job: DrawJob): void {
	const { picture, box, fit, overlays } = job;
	context.fillStyle = GROUND;
	context.fillRect(0, 0, box.width, box.height);
	drawFeed(context, picture, fit, job.measured ? overlays : FEED_ALONE);
	context.save();
	context.beginPath();
	context.rect(fit.x, fit.y, fit.width, fit.height);
	context.clip();
	if (job.measured) drawMotion(context, job);
	const captions: Plate[] = [];
	for (const zone of job.named)
		reserveCaption(context, zone.name, nameAnchor(zone.points, fit), fit, captions);
	drawZones(context, job.zones, fit, captions);
	if (job.measured && job.boxes) drawBoxes(context, picture.frame.detections, fit, captions);
	context.restore();
}

function drawMotion(
	context: CanvasRenderingContext2D,
	{ picture, ratio, fit, overlays, style, trails }: DrawJob
): void {
	const { flow } = picture.frame;
	const opacity = style.arrow_opacity / 100;
	if (overlays.magnitude) {
		drawHeat(context, flow.vectors, flow.gridSize, picture.frame, fit, style.gradient_intensity / 100);
	}
	if (overlays.trails) trails?.draw(context, fit, ratio, Math.max(0.35, opacity));
	if (overlays.arrows)
		drawArrows(context, flow.vectors, flow.gridSize, fit, { scale: style.arrow_scale, opacity, ratio });
}
