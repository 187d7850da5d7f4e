// What "Vector Flow Overview" shows, row by row. `npm run deploy:generate` makes Grafana's JSON of it.
//
// Several instances may be scraped, and Prometheus keeps the series of each apart:
// - what every instance tells of the whole fleet alike (streams, states, instances, what waits in the database): max
// - what each counts for itself (requests, clients, alerts that began there, deliveries): sum
// - what belongs to a stream: by its id, with max, for while it moves two instances have series of it; rates summed
// - what belongs to a machine (GPU): max by instance, for each of its streams tells the same
import type { DashboardFile } from './schema.ts';
import { type Row, layOut, type Placed } from './grid.ts';
import { map } from './map.ts';
import { bands, curves, number, PROMETHEUS, ring, table, type LoosePanel, type Query } from './panels.ts';

/** The streams that the variable at the top chose. */
const CHOSEN = 'stream_name=~"$stream_name"';
const STREAM = 'stream_id, stream_name';
const FLOW_UNIT = 'px';

const ofStream = (metric: string) => `max by (${STREAM}) (vector_flow_${metric}{${CHOSEN}})`;
const perSecond = (metric: string) =>
	`sum by (${STREAM}) (rate(vector_flow_${metric}{${CHOSEN}}[$__rate_interval]))`;
const byStream = (metric: string, suffix = ''): Query => ({
	expr: ofStream(metric),
	legend: `{{stream_name}}${suffix}`
});

function quantiles(histogram: string): Query[] {
	const rates = `sum by (le, ${STREAM}) (rate(vector_flow_${histogram}_bucket{${CHOSEN}}[$__rate_interval]))`;
	return [0.5, 0.95].map((share) => ({
		expr: `histogram_quantile(${share}, ${rates})`,
		legend: `{{stream_name}} p${share * 100}`
	}));
}

const STATE_COLOURS = { running: 'green', deactivated: 'text', error: 'red' };

const FLEET: LoosePanel[] = [
	number(
		[
			'Running streams',
			'Streams that a worker is at, connected or about to be. Every instance tells the whole fleet’s.'
		],
		'max(vector_flow_running_streams_total)',
		{ decimals: 0, steps: [[null, 'green']] }
	),
	number(['Streams that should run', 'Activated streams.'], 'max(vector_flow_active_streams_total)', {
		decimals: 0
	}),
	number(
		['Streams in error', 'Streams that should run and give no pictures.'],
		'max(vector_flow_streams_by_state{state="error"})',
		{ decimals: 0, steps: [[null, 'green'], [1, 'red']] } // prettier-ignore
	),
	number(['Instances', 'Servers that live.'], 'max(vector_flow_instances)', { decimals: 0 }),
	number(
		['Alerts, last hour', 'Alerts that began, own and received.'],
		'sum(increase(vector_flow_alerts_total[1h]))',
		{ decimals: 0, steps: [[null, 'green'], [1, 'yellow']] } // prettier-ignore
	),
	number(
		[
			'Outbox',
			'Beginnings and ends of alerts that wait to be delivered. One that stays is a channel that is away.'
		],
		'max(vector_flow_outbox_pending)',
		{ decimals: 0, steps: [[null, 'green'], [50, 'yellow'], [500, 'red']] } // prettier-ignore
	)
];

const PLACES: LoosePanel[] = [
	ring(
		['Fleet state', 'All streams of the registry by how they are.'],
		{ expr: 'max by (state) (vector_flow_streams_by_state)', legend: '{{state}}' },
		STATE_COLOURS
	),
	map(
		[
			'Map',
			'Where the chosen streams stand: green is connected. Beneath, the magnitude of motion now, as heat. The basemap comes from the network; points and heat need none.'
		],
		`max by (${STREAM}, latitude, longitude) (vector_flow_stream_location{${CHOSEN}})`,
		`max by (${STREAM}, latitude, longitude) (vector_flow_magnitude_geo{${CHOSEN}})`
	)
];

const STATES: LoosePanel[] = [
	curves(
		['Fleet state over time', 'All streams of the registry by how they are.'],
		[{ expr: 'max by (state) (vector_flow_streams_by_state)', legend: '{{state}}' }],
		{ stacked: true, decimals: 0, min: 0, colours: STATE_COLOURS }
	),
	bands(
		['Connected', 'Whether pictures come and are analysed.'],
		byStream('stream_connected'),
		{ 0: { text: 'away', color: 'red' }, 1: { text: 'connected', color: 'green' } } // prettier-ignore
	)
];

const FLOW: LoosePanel[] = [
	curves(
		[
			'Flow magnitude, mean',
			'Mean length of the motion vectors above the threshold, in pixels of the analysis frame per analysed frame; 0 when nothing moves.'
		],
		[byStream('magnitude_avg')],
		{ unit: FLOW_UNIT, decimals: 2, min: 0 }
	),
	curves(
		[
			'Flow magnitude, greatest',
			'Greatest length of the motion vectors, in pixels of the analysis frame per analysed frame.'
		],
		[byStream('magnitude_max')],
		{ unit: FLOW_UNIT, decimals: 2, min: 0 }
	),
	curves(['Motion vectors', 'Vectors above the threshold, mean of a second.'], [byStream('vector_count')], {
		width: 8,
		min: 0
	}),
	curves(
		[
			'Direction',
			'Mean direction of motion, clockwise from up in the picture: 0 up, 90 right, 180 down, 270 left. Points, for 359° is next to 0°; none while nothing moves.'
		],
		[byStream('direction_degrees')],
		{ unit: 'degree', decimals: 0, min: 0, max: 360, draw: 'points', width: 8 }
	),
	curves(
		['Coherence', 'How much of one direction the motion is: 0 every way at once, 1 all one way.'],
		[byStream('direction_coherence')],
		{ decimals: 2, min: 0, max: 1, width: 8 }
	)
];

const PROCESSING: LoosePanel[] = [
	curves(
		[
			'Frames per second',
			'Analysed frames a second. Beneath 5 for two minutes is an alert, unless a stream is meant to be slower.'
		],
		[byStream('fps')],
		{ decimals: 1, min: 0, steps: [[null, 'red'], [5, 'green']] } // prettier-ignore
	),
	curves(
		[
			'Latency',
			'From the capture of a picture, as far as its source tells, to its hand-over with its analysis.'
		],
		quantiles('end_to_end_latency_seconds'),
		{ unit: 's', min: 0 }
	),
	curves(
		[
			'Frames dropped',
			'Frames given up because newer ones waited: the machine is too slow for what is asked of it.'
		],
		[{ expr: perSecond('frames_dropped_total'), legend: '{{stream_name}}' }],
		{ decimals: 2, min: 0, width: 8 }
	),
	curves(
		['Staleness', 'Age of the newest analysed frame.'],
		[byStream('frame_staleness_seconds')],
		{ unit: 's', min: 0, width: 8, steps: [[null, 'green'], [10, 'yellow'], [30, 'red']] } // prettier-ignore
	),
	curves(
		['Reconnects', 'Connections made anew after one was lost, in five minutes.'],
		[
			{
				expr: `sum by (${STREAM}) (increase(vector_flow_reconnects_total{${CHOSEN}}[5m]))`,
				legend: '{{stream_name}}'
			}
		],
		{ decimals: 0, min: 0, width: 8, draw: 'bars' }
	)
];

const DETECTION: LoosePanel[] = [
	curves(
		['Detections by class', 'Detections stored a minute, of all chosen streams.'],
		[
			{
				expr: `60 * sum by (class) (rate(vector_flow_detections_total{${CHOSEN}}[$__rate_interval]))`,
				legend: '{{class}}'
			}
		],
		{ unit: 'cpm', decimals: 1, min: 0, stacked: true, width: 8 }
	),
	curves(
		['Inference', 'From pixels to boxes of one picture, waiting left out. Empty until a model has looked.'],
		quantiles('inference_duration_seconds'),
		{ unit: 's', min: 0, width: 8 }
	),
	curves(
		['Pictures that wait for a model', 'The oldest is dropped where too many would.'],
		[byStream('inference_queue_depth')],
		{ decimals: 0, min: 0, width: 8 }
	)
];

const RESOURCES: LoosePanel[] = [
	curves(
		['Worker memory', 'Resident memory of a stream’s decoder and its share of its thread’s heap.'],
		[byStream('worker_memory_rss_bytes')],
		{ unit: 'bytes', min: 0 }
	),
	curves(
		['Worker memory, share', 'Of the memory the server may use. Above 90 % is an alert.'],
		[byStream('worker_memory_percent')],
		{ unit: 'percent', decimals: 1, min: 0, steps: [[null, 'green'], [75, 'yellow'], [90, 'red']] } // prettier-ignore
	),
	number(
		[
			'Machines with a GPU',
			'Of those that run the chosen streams; the figures beside are 0 where there is none.'
		],
		`sum(max by (instance) (vector_flow_gpu_available{${CHOSEN}}))`,
		{ decimals: 0, width: 4 }
	),
	curves(
		['GPU utilisation', 'Each machine’s busiest GPU.'],
		[{ expr: `max by (instance) (vector_flow_gpu_utilization_percent{${CHOSEN}})`, legend: '{{instance}}' }],
		{ unit: 'percent', min: 0, max: 100, width: 10 }
	),
	curves(
		['GPU memory', 'Of all GPUs of a machine, in use by anybody.'],
		[
			{
				expr: `max by (instance) (vector_flow_gpu_memory_used_bytes{${CHOSEN}})`,
				legend: '{{instance}} used'
			},
			{
				expr: `max by (instance) (vector_flow_gpu_memory_total_bytes{${CHOSEN}})`,
				legend: '{{instance}} total'
			}
		],
		{ unit: 'bytes', min: 0, width: 10 }
	)
];

const SERVER: LoosePanel[] = [
	curves(
		['Alerts', 'Alerts that began in five minutes, own and received.'],
		[{ expr: 'sum by (severity) (increase(vector_flow_alerts_total[5m]))', legend: '{{severity}}' }],
		{ decimals: 0, min: 0, width: 8, draw: 'bars', stacked: true, colours: { info: 'blue', warning: 'yellow', critical: 'red' } } // prettier-ignore
	),
	curves(
		[
			'Deliveries',
			'Attempts to deliver in five minutes, by kind of channel and what became of them. Empty until there is a channel.'
		],
		[
			{
				expr: 'sum by (channel_type, outcome) (increase(vector_flow_deliveries_total[5m]))',
				legend: '{{channel_type}} {{outcome}}'
			}
		],
		{ decimals: 0, min: 0, width: 8, draw: 'bars' }
	),
	curves(
		['What waits', 'Alerts and deliveries that wait, and messages set aside that nobody has looked after.'],
		[
			{ expr: 'max(vector_flow_outbox_pending)', legend: 'outbox' },
			{ expr: 'max(vector_flow_parked_messages)', legend: 'set aside' }
		],
		{ decimals: 0, min: 0, width: 8 }
	),
	curves(
		['HTTP requests', 'Requests answered a second, by status.'],
		[
			{
				expr: 'sum by (status) (rate(vector_flow_http_requests_total[$__rate_interval]))',
				legend: '{{status}}'
			}
		],
		{ unit: 'reqps', min: 0, width: 8, stacked: true }
	),
	curves(
		['HTTP duration, p95', 'From a request to the beginning of its answer, by route.'],
		[
			{
				expr: 'histogram_quantile(0.95, sum by (le, method, route) (rate(vector_flow_http_request_duration_seconds_bucket[$__rate_interval]))) >= 0',
				legend: '{{method}} {{route}}'
			}
		],
		{ unit: 's', min: 0, width: 8 }
	),
	curves(
		['Clients of the event stream', 'Open pages and programs that watch live, by instance.'],
		[{ expr: 'sum by (instance) (vector_flow_sse_clients)', legend: '{{instance}}' }],
		{ decimals: 0, min: 0, width: 8, stacked: true }
	),
	curves(
		['Streams held', 'Streams whose lease each instance holds.'],
		[{ expr: 'max by (instance) (vector_flow_leases_held)', legend: '{{instance}}' }],
		{ decimals: 0, min: 0, width: 8, stacked: true }
	),
	curves(
		[
			'Bus',
			'Messages carried to other instances a second, and those that could not be; 0 for a server by itself.'
		],
		[
			{ expr: 'sum(rate(vector_flow_bus_messages_sent_total[$__rate_interval]))', legend: 'sent' },
			{ expr: 'sum(rate(vector_flow_bus_dropped_total[$__rate_interval]))', legend: 'lost' }
		],
		{ unit: 'mps', min: 0, width: 8, colours: { lost: 'red' } }
	),
	{
		...table(
			['Versions', 'Which instance runs which version.'],
			'max by (instance, vf_instance, version) (vector_flow_build_info)',
			{
				vf_instance: 'Name',
				instance: 'Address',
				version: 'Version'
			}
		),
		width: 8
	}
];

const ROWS: Row[] = [
	{ title: 'Fleet', height: 4, panels: FLEET },
	{ title: '', height: 11, panels: PLACES },
	{ title: '', height: 8, panels: STATES },
	{ title: 'Optical flow', height: 8, panels: FLOW },
	{ title: 'Processing', height: 8, panels: PROCESSING },
	{ title: 'Detection', height: 8, panels: DETECTION },
	{ title: 'Resources', height: 8, panels: RESOURCES },
	{ title: 'Server', height: 8, panels: SERVER }
];

export const DASHBOARD_UID = 'vector-flow';
const PANELS: readonly Placed[] = layOut(ROWS);

/** The number of the panel with this title, for links to it. */
export function panelId(title: string): number {
	const panel = PANELS.find((one) => one.type !== 'row' && one.title === title);
	if (!panel) throw new Error(`the dashboard has no panel "${title}"`);
	return panel.id ?? 0;
}

/** In the form of schema version 41, which Grafana 12 writes and later ones read. */
export const OVERVIEW: DashboardFile = {
	uid: DASHBOARD_UID,
	title: 'Vector Flow Overview',
	description: 'Cameras, the motion they see, and the servers that watch them.',
	tags: ['vector-flow'],
	schemaVersion: 41,
	version: 1,
	editable: true,
	graphTooltip: 1,
	timezone: 'browser',
	refresh: '10s',
	time: { from: 'now-1h', to: 'now' },
	timepicker: {},
	fiscalYearStartMonth: 0,
	links: [],
	annotations: {
		list: [
			{
				builtIn: 1,
				type: 'dashboard',
				name: 'Annotations & Alerts',
				datasource: { type: 'grafana', uid: '-- Grafana --' },
				enable: true,
				hide: true,
				iconColor: 'rgba(0, 211, 255, 1)'
			}
		]
	},
	templating: {
		list: [
			{
				type: 'query',
				name: 'stream_name',
				label: 'Stream',
				description: 'Streams that run, or should run',
				datasource: PROMETHEUS,
				query: {
					qryType: 1,
					query: 'label_values(vector_flow_stream_connected, stream_name)',
					refId: 'stream_name'
				},
				multi: true,
				includeAll: true,
				// However many streams there are, the query stays short.
				allValue: '.*',
				current: { text: ['All'], value: ['$__all'] },
				options: [],
				refresh: 2,
				regex: '',
				sort: 5,
				hide: 0,
				skipUrlSync: false
			}
		]
	},
	panels: PANELS
};
