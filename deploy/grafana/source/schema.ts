// Grafana's own types for what a dashboard file may hold, with its enumerations as the texts that stand in the file.
import type { Dashboard, FieldConfigSource, Panel, RowPanel } from '@grafana/schema';
import type { Options as Geomap } from '@grafana/schema/dist/esm/raw/composable/geomap/panelcfg/x/GeomapPanelCfg_types.gen.js';
import type { Options as PieChart } from '@grafana/schema/dist/esm/raw/composable/piechart/panelcfg/x/PieChartPanelCfg_types.gen.js';
import type { Options as Stat } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen.js';
import type {
	FieldConfig as StateTimelineField,
	Options as StateTimeline
} from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen.js';
import type { Options as Table } from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen.js';
import type {
	FieldConfig as TimeSeriesField,
	Options as TimeSeries
} from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen.js';

type Plain<T> = T extends string
	? `${T}`
	: T extends number
		? `${T}` extends `${infer N extends number}`
			? N
			: T
		: T extends (infer U)[]
			? Plain<U>[]
			: T extends object
				? { [K in keyof T]: Plain<T[K]> }
				: T;

export type DashboardFile = Plain<Omit<Dashboard, 'panels'>> & { panels: readonly (PanelFile | RowFile)[] };
export type PanelFile = Plain<Panel>;
export type RowFile = Plain<RowPanel>;
export type FieldConfigFile = Plain<FieldConfigSource>;
export type FieldFile = FieldConfigFile['defaults'];

/** The options of each kind of panel that the dashboard uses. */
export interface Options {
	geomap: Plain<Geomap>;
	piechart: Plain<PieChart>;
	stat: Plain<Stat>;
	'state-timeline': Plain<StateTimeline>;
	table: Plain<Table>;
	timeseries: Plain<TimeSeries>;
}
/** What a field has of its own in a kind of panel. */
export interface Custom {
	'state-timeline': Plain<StateTimelineField>;
	timeseries: Plain<TimeSeriesField>;
}
