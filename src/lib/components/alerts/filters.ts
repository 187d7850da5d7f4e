// What the list of alerts shows: read from the address, written to it, asked of the API, and judged for an alert that arrives. Pure.
import { ALERT_SOURCES, type AlertRecord } from '#lib/contracts/alert.ts';
import { SEVERITIES, type Severity } from '#lib/contracts/rule.ts';
import { parseRange, rangeBegin, type Range } from './range.ts';
import { standingOf, type Standing } from './words.ts';

export const STATUS_TABS = ['all', 'open', 'acknowledged', 'ended'] as const;
export type StatusTab = (typeof STATUS_TABS)[number];

export interface AlertFilter {
	status: StatusTab;
	/** Empty: any. */
	severities: readonly Severity[];
	stream: string | null;
	source: AlertRecord['source'] | null;
	range: Range;
	/** Words of the rule, the camera or the zone. */
	words: string;
}

export const DEFAULT_RANGE: Range = '24h';
const MAX_WORDS = 200;

export function parseAlertFilter(query: Pick<URLSearchParams, 'get'>): AlertFilter {
	const severities = (query.get('severity') ?? '').split(',');
	return {
		status: STATUS_TABS.find((tab) => tab === query.get('status')) ?? 'all',
		severities: SEVERITIES.filter((known) => severities.includes(known)),
		stream: query.get('stream') || null,
		source: ALERT_SOURCES.find((known) => known === query.get('source')) ?? null,
		range: parseRange(query.get('range'), DEFAULT_RANGE),
		words: (query.get('q') ?? '').slice(0, MAX_WORDS)
	};
}

/** The parts of the address a filter stands for; null where it is the default and needs none. */
export function alertFilterParts(filter: AlertFilter): Record<string, string | null> {
	return {
		status: filter.status === 'all' ? null : filter.status,
		severity: filter.severities.join(',') || null,
		stream: filter.stream,
		source: filter.source,
		range: filter.range === DEFAULT_RANGE ? null : filter.range,
		q: filter.words.trim() || null
	};
}

/** Whether anything but the status is narrowed. */
export function isNarrowed(filter: AlertFilter): boolean {
	const { severity, stream, source, range, q } = alertFilterParts(filter);
	return [severity, stream, source, range, q].some((part) => part !== null);
}

/** The query of GET /alerts. What is open now is open however long ago it began, so that tab has no beginning. */
export function alertsQueryOf(
	filter: AlertFilter,
	now: number,
	page: { limit: number; before?: string | undefined }
): string {
	const query = new URLSearchParams({ limit: String(page.limit) });
	if (page.before) query.set('before', page.before);
	if (filter.status === 'open') query.set('status', 'firing');
	if (filter.status === 'ended') query.set('status', 'resolved');
	if (filter.status !== 'all') query.set('acknowledged', String(filter.status === 'acknowledged'));
	if (filter.severities.length > 0) query.set('severity', filter.severities.join(','));
	if (filter.stream) query.set('stream_id', filter.stream);
	if (filter.source) query.set('source', filter.source);
	if (filter.words.trim()) query.set('q', filter.words.trim());
	if (filter.range !== 'all' && filter.status !== 'open')
		query.set('from', new Date(rangeBegin(filter.range, now)).toISOString());
	return query.toString();
}

/** Whether an alert belongs on the list. One that is open does, however long ago it began. */
export function alertMatches(alert: AlertRecord, filter: AlertFilter, now: number): boolean {
	const standing: Standing = standingOf(alert);
	if (filter.status !== 'all' && filter.status !== standing) return false;
	if (filter.severities.length > 0 && !filter.severities.includes(alert.severity)) return false;
	if (filter.stream && filter.stream !== alert.stream_id) return false;
	if (filter.source && filter.source !== alert.source) return false;
	if (standing !== 'open' && Date.parse(alert.starts_at) < rangeBegin(filter.range, now)) return false;
	return hasWords(alert, filter.words);
}

/** As the API looks for `q`: the words, as they stand, in the name, the camera or the zone. */
function hasWords(alert: AlertRecord, words: string): boolean {
	const wanted = words.trim().toLocaleLowerCase();
	const places = [alert.name, alert.stream_name, alert.zone_name];
	return wanted === '' || places.some((place) => place?.toLocaleLowerCase().includes(wanted));
}
