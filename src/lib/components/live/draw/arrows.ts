// Flow vectors as arrows: hue is direction, length is magnitude, a dark casing keeps them legible on any picture.
import { HUES_ON_DARK, HUE_COUNT, angleOf, hueIndex } from '../wheel.ts';
import type { Fit } from './fit.ts';

const CASING = 'rgb(0 0 0 / 0.72)';
/** Arrows closer than this on the screen run into each other: every second (third, …) grid point is drawn instead. */
const LEAST_SPACING_PX = 7;

export interface ArrowStyle {
	/** Drawn length over measured length. */
	scale: number;
	/** 0..1 */
	opacity: number;
}

/** Sizes in CSS pixels, growing with the picture so that a tile and a full screen look alike. */
export interface ArrowSize {
	head: number;
	line: number;
	casing: number;
}

export function arrowSize(pictureWidth: number): ArrowSize {
	const head = Math.min(13, Math.max(4.6, pictureWidth * 0.0092));
	return { head, line: Math.max(0.9, head * 0.19), casing: Math.max(2, head * 0.42) };
}

/** How many grid points to step over so that drawn arrows stay apart; 1 draws all. */
export function arrowStride(gridSize: number, fitScale: number): number {
	const spacing = gridSize * fitScale;
	return spacing > 0 ? Math.max(1, Math.ceil(LEAST_SPACING_PX / spacing)) : 1;
}

/**
 * One arrow in eight numbers: tail, notch, tip and the half width of the head.
 *
 *   tail ─────────── notch ▷ tip        The head is never longer than `head`, and a vector shorter than the
 *                                       head is a head alone: its notch lies on the tail.
 */
export interface Arrow {
	tailX: number;
	tailY: number;
	notchX: number;
	notchY: number;
	tipX: number;
	tipY: number;
	/** Unit vector along the arrow. */
	ux: number;
	uy: number;
	hasStem: boolean;
}

/** Geometry of the arrow at (x, y) with displacement (dx, dy), all CSS pixels. A zero vector gives null. */
export function arrowGeometry(x: number, y: number, dx: number, dy: number, head: number): Arrow | null {
	const length = Math.hypot(dx, dy);
	if (!(length > 0)) return null;
	const ux = dx / length;
	const uy = dy / length;
	const reach = Math.max(length, head * 0.75);
	const tipX = x + ux * reach;
	const tipY = y + uy * reach;
	const notch = reach - head * 0.78;
	return {
		tailX: x,
		tailY: y,
		notchX: x + ux * notch,
		notchY: y + uy * notch,
		tipX,
		tipY,
		ux,
		uy,
		hasStem: notch > head * 0.15
	};
}

function addHead(path: Path2D, arrow: Arrow, head: number): void {
	const half = head * 0.42;
	const backX = arrow.tipX - arrow.ux * head;
	const backY = arrow.tipY - arrow.uy * head;
	path.moveTo(arrow.tipX, arrow.tipY);
	path.lineTo(backX - arrow.uy * half, backY + arrow.ux * half);
	path.lineTo(arrow.notchX, arrow.notchY);
	path.lineTo(backX + arrow.uy * half, backY - arrow.ux * half);
	path.closePath();
}

function addStem(path: Path2D, arrow: Arrow): void {
	path.moveTo(arrow.tailX, arrow.tailY);
	path.lineTo(arrow.notchX, arrow.notchY);
}

interface ArrowPaths {
	stems: Path2D[];
	heads: Path2D[];
	used: boolean[];
	casing: Path2D;
}

/** One path a hue, so that a frame costs 36 strokes at most, however many vectors it has. */
function collect(
	vectors: ArrayLike<number>,
	gridSize: number,
	fit: Fit,
	scale: number,
	head: number
): ArrowPaths {
	const paths: ArrowPaths = {
		stems: [],
		heads: [],
		used: new Array(HUE_COUNT).fill(false),
		casing: new Path2D()
	};
	for (let hue = 0; hue < HUE_COUNT; hue++) {
		paths.stems.push(new Path2D());
		paths.heads.push(new Path2D());
	}
	const stride = arrowStride(gridSize, fit.scale);
	for (let i = 0; i + 3 < vectors.length; i += 4) {
		const x = vectors[i] ?? 0;
		const y = vectors[i + 1] ?? 0;
		if (stride > 1 && !onStride(x, y, gridSize, stride)) continue;
		const dx = vectors[i + 2] ?? 0;
		const dy = vectors[i + 3] ?? 0;
		const length = scale * fit.scale;
		const arrow = arrowGeometry(fit.x + x * fit.scale, fit.y + y * fit.scale, dx * length, dy * length, head);
		if (!arrow) continue;
		const hue = hueIndex(angleOf(dx, dy));
		paths.used[hue] = true;
		addHead(paths.heads[hue] as Path2D, arrow, head);
		addHead(paths.casing, arrow, head);
		if (!arrow.hasStem) continue;
		addStem(paths.stems[hue] as Path2D, arrow);
		addStem(paths.casing, arrow);
	}
	return paths;
}

function onStride(x: number, y: number, gridSize: number, stride: number): boolean {
	return Math.floor(x / gridSize) % stride === 0 && Math.floor(y / gridSize) % stride === 0;
}

/** Draws the vectors [x, y, dx, dy, …] (frame pixels) into a context in CSS pixels. */
export function drawArrows(
	context: CanvasRenderingContext2D,
	vectors: ArrayLike<number>,
	gridSize: number,
	fit: Fit,
	style: ArrowStyle
): void {
	if (vectors.length < 4 || style.opacity <= 0) return;
	const size = arrowSize(fit.width);
	const paths = collect(vectors, gridSize, fit, style.scale, size.head);
	context.save();
	context.globalAlpha = style.opacity;
	context.lineCap = 'round';
	context.lineJoin = 'round';
	context.strokeStyle = CASING;
	context.lineWidth = size.casing;
	context.stroke(paths.casing);
	context.lineWidth = size.line;
	for (let hue = 0; hue < HUE_COUNT; hue++) {
		if (!paths.used[hue]) continue;
		context.strokeStyle = context.fillStyle = HUES_ON_DARK[hue] ?? '#fff';
		context.stroke(paths.stems[hue] as Path2D);
		context.fill(paths.heads[hue] as Path2D);
	}
	context.restore();
}
