// Every operation of the API, a chapter each, in the order in which somebody new reads them.
import { PROBLEM_CODES, type ProblemCode } from '#lib/contracts/problem.ts';
import { ALERTS } from './chapters/alerts.ts';
import { CHANNELS } from './chapters/channels.ts';
import { DETECTIONS } from './chapters/detections.ts';
import { DOCUMENT } from './chapters/document.ts';
import { HEALTH } from './chapters/health.ts';
import { HISTORY } from './chapters/history.ts';
import { INSTANCES } from './chapters/instances.ts';
import { MESSAGES } from './chapters/messages.ts';
import { METRICS } from './chapters/metrics.ts';
import { MODELS } from './chapters/models.ts';
import { PEOPLE } from './chapters/people.ts';
import { PICTURES } from './chapters/pictures.ts';
import { RULES } from './chapters/rules.ts';
import { SCENARIOS } from './chapters/scenarios.ts';
import { SETTINGS } from './chapters/settings.ts';
import { STREAMS } from './chapters/streams.ts';
import type { Chapter, Operation } from './operation.ts';

export { METHODS, type Chapter, type Method, type Operation } from './operation.ts';

export const CHAPTERS: Chapter[] = [
	PEOPLE,
	STREAMS,
	PICTURES,
	RULES,
	ALERTS,
	CHANNELS,
	DETECTIONS,
	HISTORY,
	MODELS,
	SCENARIOS,
	SETTINGS,
	INSTANCES,
	MESSAGES,
	HEALTH,
	METRICS,
	DOCUMENT
];

const CODES = Object.keys(PROBLEM_CODES) as ProblemCode[];

/** Every code an operation can answer, in the order of the list of codes. */
export function problemsOf(operation: Operation): ProblemCode[] {
	const found = new Set<ProblemCode>(['internal', 'unavailable', ...(operation.problems ?? [])]);
	if (operation.role !== 'public') found.add('unauthenticated');
	if (operation.role !== 'public' && (operation.role !== 'viewer' || operation.method !== 'GET'))
		found.add('forbidden');
	if (operation.body)
		for (const code of ['invalid_input', 'bad_json', 'payload_too_large'] as const) found.add(code);
	if (operation.query) found.add('invalid_input');
	if (operation.path.includes('{')) found.add('not_found');
	return CODES.filter((code) => found.has(code));
}
