// The uPlot configuration of an alert's evidence: the judged figure as a line, its limit dashed, the breach shaded, direction below.
import uPlot from 'uplot';
import { drawRibbon, RIBBON_HEIGHT, RIBBON_TOP, timeLabel, type PlotSource } from '../charts/flowPlot.ts';
import { countAxis, countPaths } from '../charts/counts.ts';
import { niceTop } from '../charts/series.ts';
import type { Window } from './evidence.ts';

export interface EvidenceColours {
	line: string;
	grid: string;
	text: string;
	cursor: string;
	limit: string;
	/** Laid over the time of the breach. */
	breach: string;
	dark: boolean;
}

export interface EvidenceInput {
	width: number;
	height: number;
	colours: EvidenceColours;
	limit: number | null;
	/** Whether the figure is a number of things: drawn in steps, told in whole numbers. */
	counts: boolean;
	/** Seconds since the epoch; read at every drawing. */
	breach: () => Window;
	/** Directions to draw below; null for none. */
	ribbon: () => PlotSource | null;
	oncursor: (index: number | null) => void;
}

const FONT = `11px "IBM Plex Sans", system-ui, sans-serif`;

export function evidenceOptions(input: EvidenceInput): uPlot.Options {
	const { colours, limit } = input;
	const below = input.ribbon() ? RIBBON_TOP + RIBBON_HEIGHT : 0;
	return {
		width: input.width,
		height: input.height,
		padding: [6, 0, 0, 8],
		legend: { show: false },
		cursor: {
			y: false,
			points: { size: 7, fill: colours.line, stroke: colours.cursor },
			drag: { x: false, y: false }
		},
		scales: { x: { time: true }, y: { range: (_plot, _min, max) => [0, axisTop(max, limit)] } },
		series: [
			{},
			{
				scale: 'y',
				stroke: colours.line,
				width: 1.75,
				points: { show: false },
				spanGaps: false,
				...(input.counts && countPaths())
			}
		],
		axes: [
			{
				stroke: colours.text,
				font: FONT,
				gap: below + 4,
				size: below + 22,
				space: 64,
				grid: { show: false },
				ticks: { show: false },
				values: (_plot, splits) => splits.map((at) => timeLabel(at, splits))
			},
			{
				side: 1,
				stroke: colours.text,
				font: FONT,
				size: 34,
				...(input.counts && countAxis),
				gap: 6,
				space: 30,
				grid: { stroke: colours.grid, width: 1 },
				ticks: { show: false }
			}
		],
		hooks: {
			drawClear: [(plot) => drawBreach(plot, input.breach(), colours.breach)],
			draw: [(plot) => drawLimit(plot, limit, colours.limit), (plot) => ribbon(plot, input)],
			setCursor: [(plot) => input.oncursor(plot.cursor.idx ?? null)]
		}
	};
}

/** Room over the highest point and over the limit, so that both are seen whole. */
function axisTop(max: number | null, limit: number | null): number {
	return niceTop(Math.max(max ?? 0, limit ?? 0) * 1.1);
}

function ribbon(plot: uPlot, input: EvidenceInput): void {
	const source = input.ribbon();
	if (source) drawRibbon(plot, source, input.colours);
}

function drawBreach(plot: uPlot, { from, to }: Window, colour: string): void {
	const { ctx, bbox } = plot;
	const left = Math.max(bbox.left, plot.valToPos(from, 'x', true));
	const right = Math.min(bbox.left + bbox.width, plot.valToPos(to, 'x', true));
	if (right <= left) return;
	ctx.save();
	ctx.fillStyle = colour;
	ctx.fillRect(left, bbox.top, Math.max(devicePixelRatio, right - left), bbox.height);
	ctx.restore();
}

function drawLimit(plot: uPlot, limit: number | null, colour: string): void {
	if (limit === null) return;
	const { ctx, bbox } = plot;
	const y = plot.valToPos(limit, 'y', true);
	ctx.save();
	ctx.strokeStyle = colour;
	ctx.lineWidth = devicePixelRatio;
	ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
	ctx.beginPath();
	ctx.moveTo(bbox.left, y);
	ctx.lineTo(bbox.left + bbox.width, y);
	ctx.stroke();
	ctx.restore();
}
