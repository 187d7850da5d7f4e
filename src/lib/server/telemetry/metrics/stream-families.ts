// The metrics of a stream: what Prometheus gets of each, at most MAX_SERIES_PER_STREAM series all together.
import type { Family, Series } from './family.ts';
import { histogramSeries } from './family.ts';
import type { StreamView, View } from './view.ts';

/** 20 gauges and counters, one queue depth, two histograms of 7 series, 5 classes. */
export const MAX_SERIES_PER_STREAM = 40;
/** Seconds. Few on purpose: every bound is a series of every stream. */
export const INFERENCE_BOUNDS_S = [0.02, 0.08, 0.3, 1.2] as const;
export const LATENCY_BOUNDS_S = [0.1, 0.25, 0.5, 1] as const;

const STREAM_LABELS = ['stream_id', 'stream_name'] as const;
const PLACE_LABELS = [...STREAM_LABELS, 'latitude', 'longitude'] as const;

type Figure = (stream: StreamView, view: View) => number | null;
interface Words {
	name: `vector_flow_${string}`;
	type?: 'counter';
	unit?: string;
	meaning: string;
}

/** One series a stream; none where there is no figure. */
function figure({ name, type, unit = '', meaning }: Words, read: Figure): Family {
	return {
		name,
		type: type ?? 'gauge',
		labels: STREAM_LABELS,
		unit,
		meaning,
		series: (view) =>
			view.streams.flatMap((stream) => {
				const value = read(stream, view);
				return value === null ? [] : [{ labels: stream.labels, value }];
			})
	};
}

/** One series for each stream with a place on the map, which is told in its labels: what a geomap panel reads. */
function placed({ name, unit = '', meaning }: Words, read: (stream: StreamView) => number): Family {
	return {
		name,
		type: 'gauge',
		labels: PLACE_LABELS,
		unit,
		meaning,
		series: (view) =>
			view.streams.flatMap((stream) => {
				if (!stream.place) return [];
				const latitude = String(stream.place.latitude);
				const longitude = String(stream.place.longitude);
				return [{ labels: { ...stream.labels, latitude, longitude }, value: read(stream) }];
			})
	};
}

function perStream(base: Omit<Family, 'series'>, read: (stream: StreamView) => Series[]): Family {
	return { ...base, series: (view) => view.streams.flatMap(read) };
}

const connected = ({ status }: StreamView) => (status.status === 'connected' ? 1 : 0);

const FLOW: Family[] = [
	figure(
		{
			name: 'vector_flow_magnitude_avg',
			unit: 'px of the analysis frame per analysed frame',
			meaning: "Mean length of the last second's motion vectors above the threshold, 0 when nothing moves"
		},
		({ status }) => status.flow?.avg ?? 0
	),
	figure(
		{
			name: 'vector_flow_magnitude_max',
			unit: 'px of the analysis frame per analysed frame',
			meaning: "Greatest length of the last second's motion vectors above the threshold"
		},
		({ status }) => status.flow?.max ?? 0
	),
	figure(
		{
			name: 'vector_flow_vector_count',
			meaning: 'Motion vectors above the threshold, mean of the last second'
		},
		({ status }) => status.flow?.count ?? 0
	),
	figure(
		{
			name: 'vector_flow_direction_degrees',
			unit: 'degrees clockwise from up in the picture',
			meaning: 'Mean direction of motion (0 up, 90 right); absent while nothing moves'
		},
		({ status }) => status.flow?.direction ?? null
	),
	figure(
		{
			name: 'vector_flow_direction_coherence',
			meaning: 'How much of one direction the motion is: 0 every way at once, 1 all one way'
		},
		({ status }) => status.flow?.coherence ?? 0
	)
];

const RUN: Family[] = [
	figure(
		{
			name: 'vector_flow_fps',
			unit: 'frames per second',
			meaning: 'Analysed frames a second, 0 while none is'
		},
		({ status }) => status.fps ?? 0
	),
	figure(
		{
			name: 'vector_flow_frames_processed_total',
			type: 'counter',
			meaning: 'Frames analysed since the run began'
		},
		({ status }) => status.framesProcessed
	),
	figure(
		{
			name: 'vector_flow_frames_dropped_total',
			type: 'counter',
			meaning: 'Frames given up because newer ones waited, since the run began'
		},
		({ status }) => status.framesDropped
	),
	figure(
		{ name: 'vector_flow_stream_connected', meaning: '1 while pictures come and are analysed, otherwise 0' },
		connected
	),
	figure(
		{
			name: 'vector_flow_frame_staleness_seconds',
			unit: 'seconds',
			meaning:
				'Age of the newest analysed frame, of which a worker tells once a second; before the first, since the stream was started'
		},
		({ stalenessS }) => stalenessS
	),
	figure(
		{
			name: 'vector_flow_reconnects_total',
			type: 'counter',
			meaning: 'Connections made anew after one was lost, since the run began'
		},
		({ status }) => status.reconnects
	)
];

const PLACES: Family[] = [
	placed(
		{
			name: 'vector_flow_stream_location',
			meaning: 'Where the camera stands, in its labels (degrees); 1 while it is connected, otherwise 0'
		},
		connected
	),
	placed(
		{
			name: 'vector_flow_magnitude_geo',
			unit: 'px of the analysis frame per analysed frame',
			meaning: 'vector_flow_magnitude_avg where the camera stands, for a heat layer on a map'
		},
		({ status }) => status.flow?.avg ?? 0
	),
	placed(
		{
			name: 'vector_flow_vector_count_geo',
			meaning: 'vector_flow_vector_count where the camera stands, for a heat layer on a map'
		},
		({ status }) => status.flow?.count ?? 0
	)
];

const RESOURCES: Family[] = [
	figure(
		{
			name: 'vector_flow_worker_memory_rss_bytes',
			unit: 'bytes',
			meaning:
				"Resident memory of the stream's decoder process, and its equal share of the JavaScript heap of the thread it runs in"
		},
		({ rssBytes }) => rssBytes
	),
	figure(
		{
			name: 'vector_flow_worker_memory_percent',
			unit: 'per cent',
			meaning:
				"vector_flow_worker_memory_rss_bytes of the memory the server may use: its control group's limit, or the machine's"
		},
		({ rssBytes }, { memoryLimitBytes }) => (rssBytes === null ? null : (100 * rssBytes) / memoryLimitBytes)
	),
	figure(
		{
			name: 'vector_flow_gpu_available',
			meaning:
				"1 where nvidia-smi tells of a GPU, otherwise 0; the machine's, the same for each of its streams, as all GPU figures are"
		},
		(_, { gpu }) => (gpu.available ? 1 : 0)
	),
	figure(
		{
			name: 'vector_flow_gpu_utilization_percent',
			unit: 'per cent',
			meaning: "The machine's busiest GPU, 0 without one"
		},
		(_, { gpu }) => gpu.utilizationPercent
	),
	figure(
		{
			name: 'vector_flow_gpu_memory_used_bytes',
			unit: 'bytes',
			meaning: "Memory in use on the machine's GPUs, by anybody; 0 without one"
		},
		(_, { gpu }) => gpu.memoryUsedBytes
	),
	figure(
		{
			name: 'vector_flow_gpu_memory_total_bytes',
			unit: 'bytes',
			meaning: "Memory of the machine's GPUs, 0 without one"
		},
		(_, { gpu }) => gpu.memoryTotalBytes
	)
];

const DETECTION: Family[] = [
	figure(
		{
			name: 'vector_flow_inference_queue_depth',
			meaning: "The stream's pictures that wait for a model; the oldest is dropped where too many would"
		},
		({ inference }) => inference?.waiting ?? 0
	),
	perStream(
		{
			name: 'vector_flow_inference_duration_seconds',
			type: 'histogram',
			labels: STREAM_LABELS,
			unit: 'seconds',
			meaning: 'From pixels to boxes of one picture, waiting left out; absent until a model has looked'
		},
		({ labels, inference }) => (inference ? histogramSeries(labels, inference.durations) : [])
	),
	perStream(
		{
			name: 'vector_flow_detections_total',
			type: 'counter',
			labels: [...STREAM_LABELS, 'class'],
			unit: '',
			meaning:
				'Detections stored since the server started: the first 4 classes seen on a stream by name, the rest as "other"'
		},
		({ labels, detections }) =>
			[...detections].map(([name, value]) => ({ labels: { ...labels, class: name }, value }))
	),
	perStream(
		{
			name: 'vector_flow_end_to_end_latency_seconds',
			type: 'histogram',
			labels: STREAM_LABELS,
			unit: 'seconds',
			meaning:
				'From the capture of a picture, as far as its source tells, to its hand-over with its analysis to those who watch'
		},
		({ labels, latency }) => (latency ? histogramSeries(labels, latency) : [])
	)
];

export const STREAM_FAMILIES: readonly Family[] = [...FLOW, ...RUN, ...PLACES, ...RESOURCES, ...DETECTION];
