// The uPlot configuration of a chart over time: lines, a band between two of them, or parts stacked in steps.
import uPlot from 'uplot';
import { STEPS_JOINED } from './columns.ts';
import { timeLabel } from './flowPlot.ts';
import { countAxis } from './counts.ts';
import { niceTop } from './series.ts';

export interface PlotLine {
	label: string;
	/** What a 2D context takes. */
	colour: string;
	/** px of CSS; 0 draws the line as the upper edge of a band over the line before it. */
	width: number;
}

export interface TimePlotInput {
	width: number;
	height: number;
	lines: readonly PlotLine[];
	colours: { grid: string; text: string; band: string };
	crosshairKey: string;
	/** Whether the columns are tops of parts put on each other, each holding for a step. */
	stack: boolean;
	/** Whether values are numbers of things. */
	counts: boolean;
	/** Top of the axis where that is not the greatest value's to say; read at every drawing. */
	top: () => number | null;
	/** Names at the ends of the lines, px of CSS they take; 0: none. */
	endsWidth: number;
	/** Read at every drawing. */
	stepS: () => number;
	oncursor: (at: number | null) => void;
	onselect: (from: number, to: number) => void;
}

export const FONT = '11px "IBM Plex Sans", system-ui, sans-serif';
/** Every chart's plotting area begins here, so that one moment stands at one place. */
export const LEFT_PX = 44;
const BOTTOM_PX = 22;

export function timePlotOptions(input: TimePlotInput): uPlot.Options {
	const { lines, colours, stack } = input;
	return {
		width: input.width,
		height: input.height,
		padding: [6, input.endsWidth || 8, 0, 0],
		legend: { show: false },
		cursor: sharedCursor(input),
		scales: {
			x: { time: true, auto: false },
			y: { range: (_plot, _min, max) => [0, input.top() ?? niceTop(max)] }
		},
		series: [{}, ...lines.map((line) => seriesOf(line, stack))],
		bands: lines.flatMap(({ width }, i): uPlot.Band[] =>
			!stack && width === 0 && i > 0 ? [{ series: [i + 1, i], fill: colours.band }] : []
		),
		axes: [timeAxis(colours.text), valueAxis(colours, input.counts)],
		hooks: {
			...(stack && { drawAxes: [(plot) => drawStack(plot, lines, input.stepS())] }),
			draw: [
				(plot) => drawGaps(plot, input.stepS(), colours.text),
				...(input.endsWidth > 0 ? [(plot: uPlot) => drawEnds(plot, lines, colours)] : [])
			],
			setCursor: [(plot) => input.oncursor(cursorMoment(plot))],
			setSelect: [(plot) => tellSelection(plot, input.onselect)]
		}
	};
}

/** Charts share where the mouse is, and draw across by themselves: the page decides what that means. */
export function sharedCursor({
	crosshairKey,
	lines,
	stack
}: Pick<TimePlotInput, 'crosshairKey' | 'lines' | 'stack'>): uPlot.Cursor {
	return {
		sync: {
			key: crosshairKey,
			scales: ['x', null],
			filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' }
		},
		y: false,
		drag: { x: true, y: false, setScale: false, dist: 5 },
		bind: { dblclick: () => null },
		points: stack
			? { show: false }
			: { size: 6, width: 0, fill: (_plot, index) => lines[index - 1]?.colour ?? 'transparent' }
	};
}

function seriesOf({ label, colour, width }: PlotLine, stack: boolean): uPlot.Series {
	return {
		label,
		stroke: width === 0 || stack ? 'transparent' : colour,
		width,
		// A point between two gaps has no line to be seen by.
		points: stack || width === 0 ? { show: false } : { size: 4, fill: colour, filter: lonely },
		spanGaps: false,
		...(stack && { paths: () => null })
	};
}

/** Indices of points without a neighbour. */
function lonely(plot: uPlot, series: number): number[] {
	return lonelyPoints(plot.data[series] as (number | null)[]);
}

export function lonelyPoints(column: readonly (number | null)[]): number[] {
	const known = (index: number) => typeof column[index] === 'number';
	return column.flatMap((_, i) => (known(i) && !known(i - 1) && !known(i + 1) ? [i] : []));
}

export function timeAxis(text: string): uPlot.Axis {
	return {
		stroke: text,
		font: FONT,
		gap: 4,
		size: BOTTOM_PX,
		space: 64,
		grid: { show: false },
		ticks: { show: false },
		values: (_plot, splits) => splits.map((at) => timeLabel(at, splits))
	};
}

function valueAxis(colours: { text: string; grid: string }, counts: boolean): uPlot.Axis {
	return {
		stroke: colours.text,
		font: FONT,
		size: LEFT_PX,
		gap: 8,
		space: 34,
		...(counts && countAxis),
		grid: { stroke: colours.grid, width: 1 },
		ticks: { show: false },
		values: (_plot, splits) => splits.map((value) => shortNumber(value))
	};
}

/** `1.2k` where the axis has no room for `1 200`. */
export function shortNumber(value: number): string {
	if (Math.abs(value) >= 1e6) return `${Number((value / 1e6).toFixed(1))}M`;
	if (Math.abs(value) >= 1e4) return `${Number((value / 1e3).toFixed(1))}k`;
	return String(Number(value.toFixed(2)));
}

/** The moment under the cursor, whether anything was measured then or not. */
export function cursorMoment(plot: uPlot): number | null {
	const { left = -1 } = plot.cursor;
	return left < 0 ? null : plot.posToVal(left, 'x');
}

export function tellSelection(plot: uPlot, told: (from: number, to: number) => void): void {
	const { left, width } = plot.select;
	if (width < 1) return;
	plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
	told(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
}

/** Each part holds for its step; the ground shows between parts, so that greys beside each other stay apart. */
function drawStack(plot: uPlot, lines: readonly PlotLine[], stepS: number): void {
	const { ctx, bbox, data } = plot;
	const [times, ...tops] = data as [number[], ...(number | null)[][]];
	const right = bbox.left + bbox.width;
	const place = (value: number) => plot.valToPos(value, 'y', true);
	ctx.save();
	times.forEach((at, i) => {
		const from = Math.max(bbox.left, Math.round(plot.valToPos(at, 'x', true)));
		const to = Math.min(right, Math.round(plot.valToPos(at + stepS, 'x', true)));
		if (to <= from) return;
		let below = 0;
		tops.forEach((column, part) => {
			const top = column[i];
			if (top === null || top === undefined || top === below) return;
			ctx.fillStyle = lines[part]?.colour ?? 'transparent';
			const [upper, lower] = [Math.round(place(top)), Math.round(place(below))];
			ctx.fillRect(
				from,
				upper,
				Math.max(devicePixelRatio, to - from),
				Math.max(devicePixelRatio, lower - upper)
			);
			below = top;
		});
	});
	ctx.restore();
}

/** What was not measured between two points is a dashed line on the ground, never a joined curve. */
export function drawGaps(plot: uPlot, stepS: number, colour: string): void {
	const { ctx, bbox, data } = plot;
	const [times, ...columns] = data as [number[], ...(number | null)[][]];
	const bottom = bbox.top + bbox.height - 0.5;
	ctx.save();
	ctx.strokeStyle = colour;
	ctx.lineWidth = devicePixelRatio;
	ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
	let previous: number | null = null;
	times.forEach((at, i) => {
		if (!columns.some((column) => typeof column[i] === 'number')) return;
		if (previous !== null && at - previous > stepS * STEPS_JOINED) dash(previous, at);
		previous = at;
	});
	ctx.restore();

	function dash(from: number, to: number): void {
		const left = Math.max(bbox.left, plot.valToPos(from, 'x', true));
		const right = Math.min(bbox.left + bbox.width, plot.valToPos(to, 'x', true));
		if (right <= left) return;
		ctx.beginPath();
		ctx.moveTo(left, bottom);
		ctx.lineTo(right, bottom);
		ctx.stroke();
	}
}

const LABEL_PX = 14;

/** Names where the lines end, moved apart where they would lie on each other. */
function drawEnds(plot: uPlot, lines: readonly PlotLine[], colours: { text: string }): void {
	const { ctx, bbox } = plot;
	const ends = lines
		.map((line, i) => ({ line, value: lastKnown(plot.data[i + 1] ?? []) }))
		.filter((end): end is { line: PlotLine; value: number } => end.value !== null)
		.map(({ line, value }) => ({ line, y: plot.valToPos(value, 'y', true) }))
		.sort((a, b) => a.y - b.y);
	const spaced = spread(
		ends.map(({ y }) => y),
		LABEL_PX * devicePixelRatio,
		bbox.top + bbox.height
	);
	ctx.save();
	ctx.font = `${11 * devicePixelRatio}px "IBM Plex Sans", system-ui, sans-serif`;
	ctx.textBaseline = 'middle';
	ctx.textAlign = 'left';
	ends.forEach(({ line }, i) => {
		ctx.fillStyle = line.width > 1.5 ? line.colour : colours.text;
		ctx.fillText(shortName(line.label), bbox.left + bbox.width + 8 * devicePixelRatio, spaced[i] ?? 0);
	});
	ctx.restore();
}

const shortName = (name: string) => (name.length > 12 ? `${name.slice(0, 11)}…` : name);

function lastKnown(column: ArrayLike<number | null | undefined>): number | null {
	for (let i = column.length - 1; i >= 0; i--) {
		const value = column[i];
		if (typeof value === 'number') return value;
	}
	return null;
}

/** Places that rise, at least `apart` from each other, the last no further than `most`. */
export function spread(places: readonly number[], apart: number, most: number): number[] {
	const down: number[] = [];
	for (const place of places) down.push(Math.max(place, (down.at(-1) ?? -Infinity) + apart));
	let next = most + apart;
	return down
		.reverse()
		.map((place) => (next = Math.min(place, next - apart)))
		.reverse();
}
