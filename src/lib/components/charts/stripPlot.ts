// Direction over time as a picture: a column a step, a row for each ten degrees, hue the direction, strength how much went that way.
import uPlot from 'uplot';
import type { DirectionPoint } from '#lib/contracts/charts.ts';
import { HUES_ON_PICTURES } from '#lib/contracts/direction.ts';
import { DIRECTION_BINS } from '#lib/contracts/facts.ts';
import { HUES_ON_LIGHT } from '../live/wheel.ts';
import { secondsAt } from './columns.ts';
import { cursorMoment, FONT, LEFT_PX, sharedCursor, tellSelection, timeAxis } from './timePlot.ts';

/** Of all cells, the share that is drawn below full strength: one burst does not fade the rest. */
const USUAL_SHARE = 0.99;
const MOST_COLUMNS = 2000;

/** The painted past: its left edge and how long a column is, s. */
export interface Strip {
	canvas: OffscreenCanvas;
	from: number;
	stepS: number;
}

/** Null where nothing moved. */
export function paintStrip(points: readonly DirectionPoint[], stepS: number, dark: boolean): Strip | null {
	const first = points[0];
	const last = points.at(-1);
	const usual = usualOf(points);
	if (!first || !last || usual === 0) return null;
	const from = secondsAt(first);
	const width = Math.min(MOST_COLUMNS, Math.round((secondsAt(last) - from) / stepS) + 1);
	const image = new ImageData(width, DIRECTION_BINS);
	const hues = (dark ? HUES_ON_PICTURES : HUES_ON_LIGHT).map(channels);
	for (const point of points) {
		const x = Math.round((secondsAt(point) - from) / stepS);
		if (x >= width) continue;
		point.bins.forEach((value, bin) => {
			// Bin 0 is at the bottom of the picture, as the axis has it.
			const offset = ((DIRECTION_BINS - 1 - bin) * width + x) * 4;
			const strength = Math.min(1, Math.sqrt(value / usual));
			image.data.set([...(hues[bin] ?? [0, 0, 0]), Math.round(strength * 255)], offset);
		});
	}
	const canvas = new OffscreenCanvas(width, DIRECTION_BINS);
	canvas.getContext('2d')?.putImageData(image, 0, 0);
	return { canvas, from, stepS };
}

function usualOf(points: readonly DirectionPoint[]): number {
	const moving = points.flatMap(({ bins }) => bins.filter((value) => value > 0)).sort((a, b) => a - b);
	return moving[Math.floor((moving.length - 1) * USUAL_SHARE)] ?? 0;
}

function channels(hex: string): [number, number, number] {
	const value = Number.parseInt(hex.slice(1), 16);
	return [value >> 16, (value >> 8) & 255, value & 255];
}

export interface StripPlotInput {
	width: number;
	height: number;
	colours: { grid: string; text: string };
	crosshairKey: string;
	/** Read at every drawing. */
	strip: () => Strip | null;
	oncursor: (at: number | null) => void;
	onselect: (from: number, to: number) => void;
}

const WORDS: Record<number, string> = { 0: 'up', 90: 'right', 180: 'down', 270: 'left' };

export function stripPlotOptions(input: StripPlotInput): uPlot.Options {
	const { colours } = input;
	return {
		width: input.width,
		height: input.height,
		padding: [6, 8, 0, 0],
		legend: { show: false },
		cursor: sharedCursor({ crosshairKey: input.crosshairKey, lines: [], stack: true }),
		scales: { x: { time: true, auto: false }, y: { range: [-5, 355] } },
		series: [{}, { paths: () => null, points: { show: false } }],
		axes: [
			timeAxis(colours.text),
			{
				stroke: colours.text,
				font: FONT,
				size: LEFT_PX,
				gap: 8,
				splits: () => Object.keys(WORDS).map(Number),
				values: (_plot, splits) => splits.map((degrees) => WORDS[degrees] ?? ''),
				grid: { stroke: colours.grid, width: 1 },
				ticks: { show: false }
			}
		],
		hooks: {
			draw: [(plot) => drawStrip(plot, input.strip())],
			setCursor: [(plot) => input.oncursor(cursorMoment(plot))],
			setSelect: [(plot) => tellSelection(plot, input.onselect)]
		}
	};
}

function drawStrip(plot: uPlot, strip: Strip | null): void {
	if (!strip) return;
	const { ctx, bbox } = plot;
	const place = (at: number) => plot.valToPos(at, 'x', true);
	const left = place(strip.from);
	const width = place(strip.from + strip.canvas.width * strip.stepS) - left;
	ctx.save();
	ctx.beginPath();
	ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
	ctx.clip();
	ctx.imageSmoothingEnabled = false;
	ctx.drawImage(strip.canvas, left, bbox.top, width, bbox.height);
	ctx.restore();
}
