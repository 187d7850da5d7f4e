// The rules that operators are woken by, as data; Grafana's and Prometheus' own files are made of them.
import { DASHBOARD_UID, panelId } from './overview.ts';

export interface AlertRule {
	uid: string;
	title: string;
	/** What is measured, one series an alert. Every instance tells the whole fleet’s figures: max, or each would fire. */
	expr: string;
	/** Fires while the figure is beyond this. */
	is: 'above' | 'below';
	threshold: number;
	/** How long it must have been so. */
	for: string;
	severity: 'warning' | 'critical';
	/** A template in the language that Grafana and Prometheus share; `{value}` is the figure, which each names otherwise. */
	summary: string;
	description: string;
	/** Of the dashboard. */
	panel: string;
	/** Whether no figure at all means that something is wrong: nothing answers Prometheus. */
	silenceIsNews: boolean;
}

export const GROUP = 'vector-flow-alerts';
export const FOLDER = 'Vector Flow';
export const EVALUATED_EVERY = '30s';

const STREAM = 'stream_id, stream_name';
const IN_ERROR = 'max(vector_flow_streams_by_state{state="error"})';

const NAME = '{{ .Labels.stream_name }}';

export const RULES: readonly AlertRule[] = [
	{
		uid: 'vector-flow-stream-error',
		title: 'Stream Error State Detected',
		// vector_flow_streams_by_state{state="error"} > 0, told once for each stream that gives no pictures, so that the alert
		// names it; without a name where no instance holds the stream in error, and 0 where none is.
		expr: `(${IN_ERROR} * on () group_right () (1 - max by (${STREAM}) (vector_flow_stream_connected)) > 0) or on () ${IN_ERROR}`,
		is: 'above',
		threshold: 0,
		for: '1m',
		severity: 'critical',
		summary: `{value} in error: {{ if .Labels.stream_name }}${NAME}{{ else }}no instance has the stream{{ end }}`,
		description:
			'A stream that should run gives no pictures. Its page tells the last error, and its log what was tried. Without a name no instance has the stream: is a worker down, or is there none with its labels?',
		panel: 'Streams in error',
		silenceIsNews: true
	},
	{
		uid: 'vector-flow-running-below-active',
		title: 'Running Streams Below Active Streams',
		expr: 'max(vector_flow_active_streams_total) - max(vector_flow_running_streams_total)',
		is: 'above',
		threshold: 0,
		for: '2m',
		severity: 'warning',
		summary: '{value} streams that should run do not',
		description:
			'Fewer streams run than are activated: some are in error, or the instances that live have no room for them. The list of streams tells which and why.',
		panel: 'Running streams',
		silenceIsNews: false
	},
	{
		uid: 'vector-flow-low-fps',
		title: 'Low Processing FPS',
		expr: `max by (${STREAM}) (avg_over_time(vector_flow_fps[2m]))`,
		is: 'below',
		threshold: 5,
		for: '2m',
		severity: 'warning',
		summary: `${NAME} is analysed at {value} frames a second`,
		description:
			'Fewer than 5 frames a second over two minutes: the camera sends fewer, is away, or the machine is too slow. For streams that are meant to be slower, silence this rule by stream_name.',
		panel: 'Frames per second',
		silenceIsNews: false
	},
	{
		uid: 'vector-flow-worker-memory',
		title: 'Worker Memory High',
		expr: `max by (${STREAM}) (vector_flow_worker_memory_percent)`,
		is: 'above',
		threshold: 90,
		for: '5m',
		severity: 'warning',
		summary: `${NAME} takes {value} % of the memory the server may use`,
		description:
			'The system will end the decoder or the server when no memory is left. Fewer streams on this instance, smaller pictures, or more memory help.',
		panel: 'Worker memory, share',
		silenceIsNews: false
	}
];

const SIGN = { above: '>', below: '<' } as const;

/** Rules as Prometheus reads them, for those who run an Alertmanager. As an object, which may be written as YAML. */
export function prometheusRules(rules: readonly AlertRule[] = RULES, interval = EVALUATED_EVERY): object {
	return {
		groups: [
			{
				name: GROUP,
				interval,
				rules: rules.map((rule) => ({
					alert: rule.title,
					expr: `(${rule.expr}) ${SIGN[rule.is]} ${rule.threshold}`,
					for: rule.for,
					labels: labelsOf(rule),
					annotations: annotationsOf(rule, '{{ printf "%.4g" .Value }}')
				}))
			}
		]
	};
}

/** Rules as Grafana provisions them. Data source and dashboard go by their uids. */
export function grafanaRules(): object {
	return {
		apiVersion: 1,
		groups: [
			{
				orgId: 1,
				name: GROUP,
				folder: FOLDER,
				interval: EVALUATED_EVERY,
				rules: RULES.map((rule) => ({
					uid: rule.uid,
					title: rule.title,
					condition: 'B',
					data: [figure(rule), threshold(rule)],
					dashboardUid: DASHBOARD_UID,
					panelId: panelId(rule.panel),
					noDataState: rule.silenceIsNews ? 'NoData' : 'OK',
					execErrState: 'Error',
					for: rule.for,
					labels: labelsOf(rule),
					// No $labels or $values: a dollar is a variable of the environment to some versions.
					annotations: annotationsOf(rule, '{{ with .Values.A }}{{ printf "%.4g" .Value }}{{ end }}'),
					isPaused: false
				}))
			}
		]
	};
}

function figure({ expr }: AlertRule): object {
	return {
		refId: 'A',
		relativeTimeRange: { from: 600, to: 0 },
		datasourceUid: 'prometheus',
		model: {
			refId: 'A',
			datasource: { type: 'prometheus', uid: 'prometheus' },
			editorMode: 'code',
			expr,
			instant: true,
			range: false,
			intervalMs: 1000,
			maxDataPoints: 43200
		}
	};
}

function threshold(rule: AlertRule): object {
	const type = rule.is === 'above' ? 'gt' : 'lt';
	return {
		refId: 'B',
		relativeTimeRange: { from: 0, to: 0 },
		datasourceUid: '__expr__',
		model: {
			refId: 'B',
			datasource: { type: '__expr__', uid: '__expr__' },
			type: 'threshold',
			expression: 'A',
			conditions: [{ type: 'query', evaluator: { type, params: [rule.threshold] } }],
			intervalMs: 1000,
			maxDataPoints: 43200
		}
	};
}

const labelsOf = ({ severity }: AlertRule) => ({ severity, service: 'vector-flow' });

function annotationsOf({ summary, description }: AlertRule, value: string): Record<string, string> {
	return { summary: summary.replaceAll('{value}', value), description };
}
