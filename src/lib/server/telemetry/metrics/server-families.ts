// The metrics of the server itself: its streams counted, its alerts and deliveries, and the requests it answers.
import type { Family, Series } from './family.ts';
import { histogramSeries } from './family.ts';
import { FLEET_STATES, type View } from './view.ts';

/** Seconds. */
export const REQUEST_BOUNDS_S = [0.005, 0.025, 0.1, 0.5, 2.5] as const;

interface Words {
	name: `vector_flow_${string}`;
	type?: 'counter' | 'histogram';
	labels?: readonly string[];
	unit?: string;
	meaning: string;
}

function family({ name, type, labels = [], unit = '', meaning }: Words, series: Family['series']): Family {
	return { name, type: type ?? 'gauge', labels, unit, meaning, series };
}

const plain = (words: Words, read: (view: View) => number | null) =>
	family(words, (view) => {
		const value = read(view);
		return value === null ? [] : [{ labels: {}, value }];
	});

const byName = (name: string, figures: Record<string, number>): Series[] =>
	Object.entries(figures).map(([key, value]) => ({ labels: { [name]: key }, value }));

export const SERVER_FAMILIES: readonly Family[] = [
	plain(
		{
			name: 'vector_flow_managed_streams_total',
			meaning: 'Streams in the registry (now, despite its ending)'
		},
		({ fleet }) => fleet.managed
	),
	plain(
		{ name: 'vector_flow_active_streams_total', meaning: 'Streams that should run' },
		({ fleet }) => fleet.active
	),
	plain(
		{
			name: 'vector_flow_running_streams_total',
			meaning:
				'Streams a worker is at, connected or about to be; the same as vector_flow_streams_by_state{state="running"}'
		},
		({ fleet }) => fleet.states.running
	),
	family(
		{
			name: 'vector_flow_streams_by_state',
			labels: ['state'],
			meaning: `Streams by how they are: ${FLEET_STATES.join(', ')}; error is a stream that should run and gives no pictures`
		},
		({ fleet }) => byName('state', fleet.states)
	),
	family(
		{
			name: 'vector_flow_alerts_total',
			type: 'counter',
			labels: ['severity'],
			meaning: 'Alerts that began, own and received, since the server started'
		},
		({ alerts }) => byName('severity', alerts)
	),
	plain(
		{
			name: 'vector_flow_outbox_pending',
			meaning:
				"Alerts' beginnings and ends not yet planned, and deliveries that wait for an attempt; absent while the database does not answer"
		},
		({ outboxPending }) => outboxPending
	),
	family(
		{
			name: 'vector_flow_deliveries_total',
			type: 'counter',
			labels: ['channel_type', 'outcome'],
			meaning: 'Attempts to deliver by what became of them: delivered, retried, failed, held_back'
		},
		({ deliveries }) =>
			deliveries.map(({ type, outcome, count }) => ({
				labels: { channel_type: type, outcome },
				value: count
			}))
	),
	plain(
		{
			name: 'vector_flow_parked_messages',
			meaning: 'Messages set aside that nobody has looked after; absent while the database does not answer'
		},
		({ parked }) => parked
	),
	plain(
		{ name: 'vector_flow_instances', meaning: 'Instances that live, this one among them' },
		({ instances }) => instances
	),
	plain(
		{ name: 'vector_flow_leases_held', meaning: 'Streams that this instance holds the lease of' },
		({ leasesHeld }) => leasesHeld
	),
	plain(
		{
			name: 'vector_flow_bus_connected',
			meaning: 'Whether other instances can be reached: 0 while NATS is away, always 1 without NATS_URL'
		},
		({ bus }) => Number(bus.connected)
	),
	plain(
		{
			name: 'vector_flow_bus_messages_sent_total',
			type: 'counter',
			meaning: 'Messages carried to other instances'
		},
		({ bus }) => bus.messages
	),
	plain(
		{
			name: 'vector_flow_bus_bytes_sent_total',
			type: 'counter',
			unit: 'bytes',
			meaning: 'Bytes carried to other instances'
		},
		({ bus }) => bus.bytes
	),
	plain(
		{
			name: 'vector_flow_bus_dropped_total',
			type: 'counter',
			meaning: 'Messages that could not be carried to other instances: NATS was away, or they were too large'
		},
		({ bus }) => bus.dropped
	),
	plain(
		{ name: 'vector_flow_sse_clients', meaning: 'Clients of the event stream' },
		({ sseClients }) => sseClients
	),
	family(
		{
			name: 'vector_flow_http_requests_total',
			type: 'counter',
			labels: ['method', 'route', 'status'],
			meaning: 'Requests answered, by the pattern of their route; "unmatched" where none fits'
		},
		({ requests }) =>
			requests.counts.map(({ method, route, status, count }) => ({
				labels: { method, route, status },
				value: count
			}))
	),
	family(
		{
			name: 'vector_flow_http_request_duration_seconds',
			type: 'histogram',
			labels: ['method', 'route'],
			unit: 'seconds',
			meaning: 'From a request to the beginning of its answer'
		},
		({ requests }) =>
			requests.durations.flatMap(({ method, route, figures }) => histogramSeries({ method, route }, figures))
	),
	family(
		{
			name: 'vector_flow_build_info',
			labels: ['version', 'vf_instance'],
			meaning: 'Always 1: the version and the name of the server in its labels'
		},
		({ build }) => [{ labels: { version: build.version, vf_instance: build.instance }, value: 1 }]
	)
];
