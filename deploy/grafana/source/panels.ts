// The kinds of panels, in the form of Grafana's dashboard JSON: what overview.ts builds its rows of.
import type { Custom, FieldConfigFile, FieldFile, Options, PanelFile } from './schema.ts';

/** The data source's uid, as provisioning/datasources names it. */
export const PROMETHEUS = { type: 'prometheus', uid: 'prometheus' } as const;

export interface Query {
	expr: string;
	/** Grafana's legend: labels in double braces. Empty where a table or a pie names by itself. */
	legend: string;
}

/** A panel without its place and its number, which the grid gives. */
export type LoosePanel = Omit<PanelFile, 'id' | 'gridPos' | 'type'> & {
	type: keyof Options;
	title: string;
	width: number;
};

/** From this value on, this colour; null is from below. */
export type Step = readonly [from: number | null, colour: string];

export interface Look {
	/** One of Grafana's units. */
	unit?: string;
	decimals?: number;
	min?: number;
	max?: number;
	steps?: readonly Step[];
	/** Columns of 24. */
	width?: number;
}

export interface Curves extends Look {
	/** Points for what jumps, as a direction does from 359 to 0. */
	draw?: 'line' | 'points' | 'bars';
	stacked?: boolean;
	/** Names of curves drawn in a colour of their own. */
	colours?: Record<string, string>;
}

export type Words = readonly [title: string, description: string];

const PLAIN: readonly Step[] = [[null, 'text']];

/** Curves over time. */
export function curves([title, description]: Words, queries: Query[], look: Curves = {}): LoosePanel {
	const { draw = 'line', stacked = false, colours = {}, steps, width = 12 } = look;
	return {
		type: 'timeseries',
		title,
		description,
		width,
		targets: queries.map((query, index) => overTime(query, index)),
		fieldConfig: {
			defaults: {
				...valueOf(look),
				color: { mode: 'palette-classic-by-name' },
				thresholds: thresholdsOf(steps ?? PLAIN),
				custom: {
					drawStyle: draw,
					lineWidth: 1,
					pointSize: 4,
					fillOpacity: stacked ? 30 : draw === 'bars' ? 60 : 8,
					showPoints: draw === 'points' ? 'always' : 'never',
					// A camera that is away leaves a gap, and no straight line across it.
					spanNulls: false,
					stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
					thresholdsStyle: { mode: steps ? 'dashed' : 'off' }
				} satisfies Custom['timeseries']
			},
			overrides: inColours(colours)
		},
		options: {
			legend: { displayMode: 'table', placement: 'bottom', showLegend: true, calcs: ['lastNotNull', 'max'] },
			tooltip: { mode: 'multi', sort: 'desc' }
		} satisfies Options['timeseries']
	};
}

/** One number as it is now, its past behind it. */
export function number([title, description]: Words, expr: string, look: Look = {}): LoosePanel {
	return {
		type: 'stat',
		title,
		description,
		width: look.width ?? 4,
		targets: [overTime({ expr, legend: title }, 0)],
		fieldConfig: {
			defaults: {
				...valueOf(look),
				color: { mode: 'thresholds' },
				thresholds: thresholdsOf(look.steps ?? PLAIN)
			},
			overrides: []
		},
		options: {
			reduceOptions: LATEST,
			colorMode: 'value',
			graphMode: 'area',
			justifyMode: 'auto',
			orientation: 'auto',
			textMode: 'value',
			wideLayout: true,
			showPercentChange: false,
			percentChangeColorMode: 'standard'
		} satisfies Options['stat']
	};
}

/** Shares of a whole, each in its colour. */
export function ring([title, description]: Words, query: Query, colours: Record<string, string>): LoosePanel {
	return {
		type: 'piechart',
		title,
		description,
		width: 8,
		targets: [overTime(query, 0)],
		fieldConfig: {
			defaults: { unit: 'short', decimals: 0, color: { mode: 'palette-classic' } },
			overrides: inColours(colours)
		},
		options: {
			reduceOptions: LATEST,
			orientation: 'auto',
			pieType: 'donut',
			displayLabels: ['value'],
			legend: {
				displayMode: 'table',
				placement: 'right',
				showLegend: true,
				calcs: [],
				values: ['value', 'percent']
			},
			tooltip: { mode: 'single', sort: 'none' }
		} satisfies Options['piechart']
	};
}

/** One band a series, coloured by what it is at each moment. */
export function bands(
	[title, description]: Words,
	query: Query,
	words: Record<string, { text: string; color: string }>
): LoosePanel {
	return {
		type: 'state-timeline',
		title,
		description,
		width: 12,
		targets: [overTime(query, 0)],
		fieldConfig: {
			defaults: {
				color: { mode: 'thresholds' },
				mappings: [{ type: 'value', options: words }],
				thresholds: thresholdsOf(PLAIN),
				custom: { fillOpacity: 80, lineWidth: 0 } satisfies Custom['state-timeline']
			},
			overrides: []
		},
		options: {
			mergeValues: true,
			showValue: 'never',
			alignValue: 'left',
			rowHeight: 0.85,
			legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
			tooltip: { mode: 'single', sort: 'none' }
		} satisfies Options['state-timeline']
	};
}

/** What is now, a row a series, the named labels as columns. */
export function table(
	[title, description]: Words,
	expr: string,
	columns: Record<string, string>
): LoosePanel {
	const wanted = Object.keys(columns);
	return {
		type: 'table',
		title,
		description,
		width: 12,
		targets: [atOnce(expr, 'A')],
		fieldConfig: { defaults: { custom: { align: 'auto', filterable: false } }, overrides: [] },
		options: { frameIndex: 0, showHeader: true, cellHeight: 'sm' } satisfies Options['table'],
		transformations: [
			{ id: 'filterFieldsByName', options: { include: { names: wanted } } },
			{
				id: 'organize',
				options: {
					indexByName: Object.fromEntries(wanted.map((name, index) => [name, index])),
					renameByName: columns
				}
			}
		]
	};
}

const LATEST = { calcs: ['lastNotNull'], fields: '', values: false };

type Target = Record<string, unknown>;

const refId = (index: number) => String.fromCharCode(65 + index);

function overTime({ expr, legend }: Query, index: number): Target {
	return {
		refId: refId(index),
		datasource: PROMETHEUS,
		editorMode: 'code',
		expr,
		legendFormat: legend,
		range: true,
		instant: false
	};
}

/** As it is now, with every label a column. */
export function atOnce(expr: string, name: string): Target {
	return {
		refId: name,
		datasource: PROMETHEUS,
		editorMode: 'code',
		expr,
		format: 'table',
		range: false,
		instant: true
	};
}

function inColours(colours: Record<string, string>): FieldConfigFile['overrides'] {
	return Object.entries(colours).map(([name, colour]) => ({
		matcher: { id: 'byName', options: name },
		properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: colour } }]
	}));
}

function valueOf({ unit = 'short', decimals, min, max }: Look): FieldFile {
	return {
		unit,
		...(decimals !== undefined && { decimals }),
		...(min !== undefined && { min }),
		...(max !== undefined && { max })
	};
}

export function thresholdsOf(steps: readonly Step[]): NonNullable<FieldFile['thresholds']> {
	return { mode: 'absolute', steps: steps.map(([value, color]) => ({ value, color })) };
}
