// What the dashboard shows, as its address tells it: a camera or the fleet, a zone, a stretch of time. Pure.
import { FLOW_RANGES, type FlowRange } from '#lib/contracts/facts.ts';

/** Seconds since the epoch. */
export interface Span {
	from: number;
	to: number;
}

export interface DashboardAddress {
	/** null: the whole fleet. */
	stream: string | null;
	/** null: the whole picture. */
	zone: string | null;
	/** How far back from now, unless `zoom` says from when to when. */
	range: FlowRange;
	zoom: Span | null;
	view: 'charts' | 'grafana';
}

export const RANGES = Object.keys(FLOW_RANGES) as FlowRange[];
export const DEFAULT_RANGE: FlowRange = '1h';
/** What the server answers at most, and what is still worth looking at, s. */
const LONGEST_S = 365 * 86_400;
const SHORTEST_S = 10;

export const RANGE_WORDS: Record<FlowRange, string> = {
	'5m': '5 min',
	'15m': '15 min',
	'30m': '30 min',
	'1h': '1 h',
	'3h': '3 h',
	'6h': '6 h',
	'12h': '12 h',
	'24h': '24 h',
	'7d': '7 d'
};

export function parseDashboard(query: Pick<URLSearchParams, 'get'>): DashboardAddress {
	const stream = query.get('stream') || null;
	return {
		stream,
		zone: stream && (query.get('zone') || null),
		range: RANGES.find((known) => known === query.get('range')) ?? DEFAULT_RANGE,
		zoom: parseSpan(query.get('from'), query.get('to')),
		view: query.get('view') === 'grafana' ? 'grafana' : 'charts'
	};
}

function parseSpan(from: string | null, to: string | null): Span | null {
	const span = { from: Date.parse(from ?? '') / 1000, to: Date.parse(to ?? '') / 1000 };
	const length = span.to - span.from;
	return length >= SHORTEST_S && length <= LONGEST_S ? span : null;
}

/** The page's address, defaults left out. */
export function dashboardHref({ stream, zone, range, zoom, view }: DashboardAddress): string {
	const query = new URLSearchParams();
	if (view !== 'charts') query.set('view', view);
	if (stream) query.set('stream', stream);
	if (stream && zone) query.set('zone', zone);
	if (range !== DEFAULT_RANGE) query.set('range', range);
	if (zoom) for (const [key, at] of Object.entries(isoSpan(zoom))) query.set(key, at);
	// Colons need no escaping in a query and are easier to read.
	const text = query.toString().replaceAll('%3A', ':');
	return text ? `/dashboard?${text}` : '/dashboard';
}

/** The part of an endpoint's query that says from when to when. */
export function spanQuery({ range, zoom }: Pick<DashboardAddress, 'range' | 'zoom'>): string {
	return new URLSearchParams(zoom ? isoSpan(zoom) : { range }).toString();
}

function isoSpan({ from, to }: Span): { from: string; to: string } {
	const iso = (seconds: number) => new Date(Math.round(seconds) * 1000).toISOString().replace('.000Z', 'Z');
	return { from: iso(from), to: iso(to) };
}

/** The stretch that is drawn. What ends now moves on by steps no finer than can be seen. */
export function spanOf({ range, zoom }: Pick<DashboardAddress, 'range' | 'zoom'>, now: number): Span {
	if (zoom) return zoom;
	const length = FLOW_RANGES[range];
	const step = Math.max(1, Math.round(length / 1000));
	const to = Math.ceil(now / 1000 / step) * step;
	return { from: to - length, to };
}

/** A stretch beside this one, by half its length; null when that reaches the present, which is no zoom. */
export function shifted({ from, to }: Span, direction: -1 | 1, now: number): Span | null {
	const by = ((to - from) / 2) * direction;
	return bounded({ from: from + by, to: to + by }, now);
}

/** Half as long, or twice, about the same middle (or a moment that is looked at); null when that reaches the present. */
export function scaled(
	{ from, to }: Span,
	factor: 0.5 | 2,
	now: number,
	about = (from + to) / 2
): Span | null {
	const length = Math.min(LONGEST_S, Math.max(SHORTEST_S, (to - from) * factor));
	const share = (about - from) / (to - from);
	return bounded({ from: about - length * share, to: about + length * (1 - share) }, now);
}

/** What was drawn across, long enough to be asked for; null when that was nothing. */
export function drawnSpan(from: number, to: number): Span | null {
	const middle = (from + to) / 2;
	if (!(to > from)) return null;
	const half = Math.max(SHORTEST_S, to - from) / 2;
	return { from: Math.floor(middle - half), to: Math.ceil(middle + half) };
}

function bounded(span: Span, now: number): Span | null {
	const over = span.to - now / 1000;
	if (over > (span.to - span.from) / 4) return null;
	return over > 0 ? { from: span.from - over, to: now / 1000 } : span;
}
