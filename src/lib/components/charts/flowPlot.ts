// The uPlot configuration of a flow chart: average as a line, maximum as a band, direction as a ribbon below.
import uPlot from 'uplot';
import { HUES_ON_PICTURES, hueIndex } from '#lib/contracts/direction.ts';
import { HUES_ON_LIGHT } from '../live/wheel.ts';
import { timeOfDay } from '../ui/format.ts';
import { axisTop, gapsOf, type FlowPoint } from './series.ts';

export interface PlotColours {
	line: string;
	band: string;
	grid: string;
	text: string;
	cursor: string;
	dark: boolean;
}

export interface PlotSource {
	points: readonly FlowPoint[];
	/** Seconds between points. */
	stepS: number;
}

export const RIBBON_TOP = 7;
export const RIBBON_HEIGHT = 12;

export interface FlowPlotInput {
	width: number;
	height: number;
	colours: PlotColours;
	/** Charts with the same key share one cursor. */
	cursorKey: string;
	/** Read at every drawing, so that new points need no new chart. */
	source: () => PlotSource;
	oncursor: (at: number | null) => void;
}

export function flowPlotOptions(input: FlowPlotInput): uPlot.Options {
	const { colours } = input;
	const font = `11px "IBM Plex Sans", system-ui, sans-serif`;
	return {
		width: input.width,
		height: input.height,
		padding: [6, 0, 0, 8],
		legend: { show: false },
		cursor: {
			sync: { key: input.cursorKey, scales: ['x', null] },
			y: false,
			points: { size: 7, fill: colours.line, stroke: colours.cursor },
			drag: { x: false, y: false }
		},
		scales: { x: { time: true }, y: { range: () => [0, axisTop(input.source().points)] } },
		series: [
			{},
			{ scale: 'y', stroke: colours.line, width: 1.75, points: { show: false }, spanGaps: false },
			{ scale: 'y', stroke: 'transparent', width: 0, points: { show: false }, spanGaps: false }
		],
		bands: [{ series: [2, 1], fill: colours.band }],
		axes: [
			{
				stroke: colours.text,
				font,
				gap: RIBBON_TOP + RIBBON_HEIGHT + 4,
				size: RIBBON_TOP + RIBBON_HEIGHT + 22,
				space: 64,
				grid: { show: false },
				ticks: { show: false },
				values: (_plot, splits) => splits.map((at) => timeLabel(at, splits))
			},
			{
				side: 1,
				stroke: colours.text,
				font,
				size: 34,
				gap: 6,
				space: 34,
				grid: { stroke: colours.grid, width: 1 },
				ticks: { show: false }
			}
		],
		hooks: {
			draw: [
				(plot) => drawGaps(plot, input.source(), colours),
				(plot) => drawRibbon(plot, input.source(), colours)
			],
			setCursor: [
				(plot) =>
					input.oncursor(typeof plot.cursor.idx === 'number' ? (plot.data[0][plot.cursor.idx] ?? null) : null)
			]
		}
	};
}

/** Seconds only where the ticks are closer than a minute; at midnight the day. */
export function timeLabel(at: number, splits: number[]): string {
	const step = (splits[1] ?? at) - (splits[0] ?? at);
	const time = timeOfDay(at * 1000);
	if (step >= 86_400 || time === '00:00:00')
		return new Date(at * 1000).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
	return step > 0 && step < 60 ? time : time.slice(0, 5);
}

/** What was not measured is a dashed line on the ground, never a joined curve. */
function drawGaps(plot: uPlot, source: PlotSource, colours: PlotColours): void {
	const { ctx, bbox } = plot;
	const bottom = bbox.top + bbox.height - 1;
	ctx.save();
	ctx.strokeStyle = colours.text;
	ctx.lineWidth = devicePixelRatio;
	ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
	for (const gap of gapsOf(source.points, source.stepS)) {
		const from = Math.max(bbox.left, plot.valToPos(gap.from, 'x', true));
		const to = Math.min(bbox.left + bbox.width, plot.valToPos(gap.to, 'x', true));
		if (to <= from) continue;
		ctx.beginPath();
		ctx.moveTo(from, bottom);
		ctx.lineTo(to, bottom);
		ctx.stroke();
	}
	ctx.restore();
}

/** Hue is the mean direction of a step, strength its coherence. */
export function drawRibbon(
	plot: uPlot,
	source: PlotSource,
	colours: Pick<PlotColours, 'dark' | 'grid'>
): void {
	const { ctx, bbox } = plot;
	const hues = colours.dark ? HUES_ON_PICTURES : HUES_ON_LIGHT;
	const top = bbox.top + bbox.height + RIBBON_TOP * devicePixelRatio;
	const height = RIBBON_HEIGHT * devicePixelRatio;
	ctx.save();
	ctx.fillStyle = colours.grid;
	ctx.fillRect(bbox.left, top + height, bbox.width, devicePixelRatio);
	for (const { at, flow } of source.points) {
		if (!flow || flow.direction === null) continue;
		const from = Math.max(bbox.left, plot.valToPos(at - source.stepS, 'x', true));
		const to = Math.min(bbox.left + bbox.width, plot.valToPos(at, 'x', true));
		if (to <= from) continue;
		ctx.globalAlpha = 0.1 + 0.9 * Math.min(1, flow.coherence);
		ctx.fillStyle = hues[hueIndex(flow.direction)] ?? '#fff';
		ctx.fillRect(from, top, to - from + 0.5, height);
	}
	ctx.restore();
}
