// What the server stored of one camera: the four pasts its charts are drawn from, read together and again now and then.
import type { DetectionsPoint, DirectionPoint, PerformancePoint } from '#lib/contracts/charts.ts';
import { FLOW_RANGES, type FlowPoint } from '#lib/contracts/facts.ts';
import { Past } from '../charts/past.svelte.ts';
import { spanQuery, type DashboardAddress } from './address.ts';

type Asked = Pick<DashboardAddress, 'range' | 'zoom' | 'zone'> & { stream: string };

/** What the live seconds do not tell is read again this often, ms: ten seconds at the shortest range. */
function everyMs({ range, zoom, zone }: Asked): number | null {
	if (zoom) return null;
	const step = FLOW_RANGES[range] / 60;
	// Of a zone nothing is live, so that it is read more often.
	return Math.min(120, Math.max(zone ? 5 : 15, step)) * 1000;
}

export class StreamPasts {
	readonly flow = new Past<FlowPoint>();
	readonly work = new Past<PerformancePoint>();
	readonly directions = new Past<DirectionPoint>();
	readonly detections = new Past<DetectionsPoint>();
	readonly all = [this.flow, this.work, this.directions, this.detections] as const;

	/** Meant for an effect. */
	keep(asked: Asked): () => void {
		const { stream, zone } = asked;
		const place = `${stream}/${zone ?? ''}`;
		const every = everyMs(asked);
		const stops = [
			this.flow.keep(place, pathOf('flow', asked), every),
			this.work.keep(stream, pathOf('performance', asked), every),
			this.directions.keep(place, pathOf('directions', asked), every),
			this.detections.keep(stream, pathOf('detections/counts', asked), every)
		];
		return () => stops.forEach((stop) => stop());
	}
}

export type StreamEndpoint = 'flow' | 'performance' | 'directions' | 'detections/counts';

/** Zones are asked of motion alone: work and stored detections are the camera's. */
export function pathOf(endpoint: StreamEndpoint, asked: Asked, format?: 'csv'): string {
	const ofZone = endpoint === 'flow' || endpoint === 'directions';
	const zone = asked.zone && ofZone ? `&zone_id=${encodeURIComponent(asked.zone)}` : '';
	const stream = encodeURIComponent(asked.stream);
	return `/api/v1/streams/${stream}/${endpoint}?${spanQuery(asked)}${zone}${format ? `&format=${format}` : ''}`;
}
