// Counts requests by the pattern of their route, never by their path: paths are anybody's to invent.
import { REQUEST_BOUNDS_S } from './server-families.ts';
import { createHistogramTally, type HistogramTally } from './tally.ts';
import type { RequestFigures } from './view.ts';

export interface AnsweredRequest {
	method: string;
	/** SvelteKit's id of the route, as in `/(app)/api/v1/streams/[id]`; null where none fits. */
	routeId: string | null;
	status: number;
	seconds: number;
}

export interface RequestTally {
	count(request: AnsweredRequest): void;
	figures(): RequestFigures;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const UNMATCHED = 'unmatched';

export function createRequestTally(): RequestTally {
	const counts = new Map<string, RequestFigures['counts'][number]>();
	const durations = new Map<string, { method: string; route: string; tally: HistogramTally }>();

	return {
		count({ method: asked, routeId, status: code, seconds }) {
			const method = METHODS.has(asked) ? asked : 'other';
			const route = routePattern(routeId);
			const status = String(code);
			const key = `${method} ${route}`;
			const counted = counts.get(`${key} ${status}`) ?? { method, route, status, count: 0 };
			counted.count++;
			counts.set(`${key} ${status}`, counted);
			const timed = durations.get(key) ?? { method, route, tally: createHistogramTally(REQUEST_BOUNDS_S) };
			timed.tally.observe(seconds);
			durations.set(key, timed);
		},
		figures: () => ({
			counts: [...counts.values()],
			durations: [...durations.values()].map(({ method, route, tally }) => ({
				method,
				route,
				figures: tally.figures()
			}))
		})
	};
}

/** As the API reference writes it: groups left out, parameters in braces. */
export function routePattern(routeId: string | null): string {
	if (routeId === null) return UNMATCHED;
	const path = routeId.replaceAll(/\/\([^)]*\)/g, '').replaceAll(/\[+(?:\.\.\.)?(\w+)(?:=\w+)?\]+/g, '{$1}');
	return path || '/';
}
