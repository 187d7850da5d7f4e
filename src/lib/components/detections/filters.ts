// What the record of detections shows: read from the address, written to it, asked of the API, judged for one that arrives. Pure.
import type { DetectionRecord } from '#lib/contracts/detection.ts';
import { parseRange, rangeBegin, type Range } from '../alerts/range.ts';

export interface DetectionFilter {
	stream: string | null;
	/** Classes; empty: any. */
	labels: readonly string[];
	/** 0..1 */
	minConfidence: number;
	/** Follows one object; ids are of one run of one camera. */
	track: number | null;
	range: Range;
}

export const DEFAULT_RANGE: Range = '24h';
const MAX_LABELS = 20;

export function parseDetectionFilter(query: Pick<URLSearchParams, 'get'>): DetectionFilter {
	return {
		stream: query.get('stream') || null,
		labels: parseLabels(query.get('label') ?? ''),
		minConfidence: numberWithin(query.get('confidence'), 0, 1) ?? 0,
		track: trackOf(query.get('track')),
		range: parseRange(query.get('range'), DEFAULT_RANGE)
	};
}

/** `person, car` as two classes, each once. */
export function parseLabels(text: string): string[] {
	const labels = text.split(',').map((label) => label.trim());
	return [...new Set(labels)].filter((label) => label !== '').slice(0, MAX_LABELS);
}

function numberWithin(text: string | null, least: number, most: number): number | null {
	const value = text === null || text.trim() === '' ? NaN : Number(text);
	return value >= least && value <= most ? value : null;
}

function trackOf(text: string | null): number | null {
	const value = numberWithin(text, 0, Number.MAX_SAFE_INTEGER);
	return value !== null && Number.isInteger(value) ? value : null;
}

/** The parts of the address a filter stands for; null where it is the default and needs none. */
export function detectionFilterParts(filter: DetectionFilter): Record<string, string | null> {
	return {
		stream: filter.stream,
		label: filter.labels.join(',') || null,
		confidence: filter.minConfidence > 0 ? String(filter.minConfidence) : null,
		track: filter.track === null ? null : String(filter.track),
		range: filter.range === DEFAULT_RANGE ? null : filter.range
	};
}

export function isNarrowed(filter: DetectionFilter): boolean {
	return Object.values(detectionFilterParts(filter)).some((part) => part !== null);
}

/** The query of GET /detections. */
export function detectionsQueryOf(
	filter: DetectionFilter,
	now: number,
	page: { limit: number; before?: string | undefined }
): string {
	const query = new URLSearchParams({ limit: String(page.limit) });
	if (page.before) query.set('before', page.before);
	if (filter.stream) query.set('stream_id', filter.stream);
	if (filter.labels.length > 0) query.set('label', filter.labels.join(','));
	if (filter.minConfidence > 0) query.set('min_confidence', String(filter.minConfidence));
	if (filter.track !== null) query.set('track_id', String(filter.track));
	if (filter.range !== 'all') query.set('from', new Date(rangeBegin(filter.range, now)).toISOString());
	return query.toString();
}

export function detectionMatches(detection: DetectionRecord, filter: DetectionFilter, now: number): boolean {
	return (
		(!filter.stream || filter.stream === detection.stream_id) &&
		(filter.labels.length === 0 || filter.labels.includes(detection.label)) &&
		detection.confidence >= filter.minConfidence &&
		(filter.track === null || filter.track === detection.track_id) &&
		Date.parse(detection.timestamp) >= rangeBegin(filter.range, now)
	);
}
