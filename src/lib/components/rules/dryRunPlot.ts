// The uPlot configuration of a dry run: the figure as a line, its limit dashed, the times it would have fired shaded.
import type uPlot from 'uplot';
import { countAxis, countPaths } from '../charts/counts.ts';
import type { DryRunResult } from '#lib/contracts/rule.ts';
import { timeOfDay } from '../ui/format.ts';
import { plotRange, plotTop } from './dryRun.ts';

export interface DryRunColours {
	line: string;
	limit: string;
	fired: string;
	grid: string;
	text: string;
	cursor: string;
}

export interface DryRunPlotInput {
	width: number;
	height: number;
	colours: DryRunColours;
	/** Whether the figure is a number of things: drawn in steps, told in whole numbers. */
	counts: boolean;
	/** Read at every drawing, so that a new result needs no new chart. */
	source: () => DryRunResult | null;
	oncursor: (index: number | null) => void;
}

export function dryRunPlotOptions(input: DryRunPlotInput): uPlot.Options {
	const { colours, source } = input;
	const font = '11px "IBM Plex Sans", system-ui, sans-serif';
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
		scales: {
			x: { time: true, range: () => plotRange(source()) },
			y: { range: () => [0, plotTop(source()?.series ?? { label: '', limit: null, points: [] })] }
		},
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
				font,
				gap: 4,
				size: 22,
				space: 64,
				grid: { show: false },
				ticks: { show: false },
				values: (_plot, splits) => splits.map((at) => timeLabel(at, splits))
			},
			{
				side: 1,
				stroke: colours.text,
				font,
				size: 38,
				...(input.counts && countAxis),
				gap: 6,
				space: 34,
				grid: { stroke: colours.grid, width: 1 },
				ticks: { show: false }
			}
		],
		hooks: {
			drawAxes: [(plot) => shadeFirings(plot, source(), colours)],
			draw: [(plot) => drawLimit(plot, source(), colours)],
			setCursor: [(plot) => input.oncursor(plot.cursor.idx ?? null)]
		}
	};
}

/** Seconds only where the ticks are closer than a minute. */
function timeLabel(at: number, splits: number[]): string {
	const time = timeOfDay(at * 1000);
	return (splits[1] ?? at) - (splits[0] ?? at) < 60 ? time : time.slice(0, 5);
}

/** A breach of a second is still seen: at least two pixels wide. */
function shadeFirings(plot: uPlot, result: DryRunResult | null, { fired }: DryRunColours): void {
	const { ctx, bbox } = plot;
	const least = 2 * devicePixelRatio;
	ctx.save();
	ctx.fillStyle = fired;
	for (const { starts_at, ends_at } of result?.firings ?? []) {
		const end = ends_at ?? result?.to ?? starts_at;
		const from = Math.max(bbox.left, plot.valToPos(Date.parse(starts_at) / 1000, 'x', true));
		const to = Math.min(bbox.left + bbox.width, plot.valToPos(Date.parse(end) / 1000, 'x', true));
		if (to < bbox.left) continue;
		ctx.fillRect(from, bbox.top, Math.max(least, to - from), bbox.height);
	}
	ctx.restore();
}

function drawLimit(plot: uPlot, result: DryRunResult | null, { limit: colour }: DryRunColours): void {
	const limit = result?.series.limit ?? null;
	if (limit === null) return;
	const { ctx, bbox } = plot;
	const y = Math.round(plot.valToPos(limit, 'y', true)) + 0.5;
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
