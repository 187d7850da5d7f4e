// A rule as a sentence, for its page, the API and the alerts it raises.
import type { Condition, Rule, Schedule } from '#lib/contracts/rule.ts';
import type { StreamStatusWord } from '#lib/contracts/status.ts';
import { unitOf } from './conditions.ts';
import { duration, figure, manyOf, oneOf, wayOf, withArticle } from './words.ts';

/** What a sentence needs of a rule; an unsaved draft has it too. */
export type SentenceRule = Pick<Rule, 'condition' | 'sustain_s' | 'schedule'>;

/** `When more than 8 people are in Centre floor for 30 s.` A rule without a zone is about the picture. */
export function sentenceOf(
	{ condition, sustain_s, schedule }: SentenceRule,
	zoneName: string | null
): string {
	const place = zoneName ?? 'the picture';
	const only = schedule ? `, only ${scheduleWords(schedule)}` : '';
	return `When ${clause(condition, place)}${sustained(condition, sustain_s)}${only}.`;
}

/** One sentence for an alert: what happened, where. `value` is the figure when it began to fire or at its worst. */
export function describeBreach(
	{ condition }: Pick<SentenceRule, 'condition'>,
	zoneName: string | null,
	{ value, labels }: { value: number | null; labels: Record<string, string> }
): string {
	const place = zoneName ?? 'the picture';
	const measured = value === null ? '' : `: ${figure(value)}${spaced(unitOf(condition))}`;
	switch (condition.type) {
		case 'object_in_zone':
			return condition.presence === 'absent'
				? `Missing in ${place}: ${who(condition)}.`
				: `${present(labels.class, value)} in ${place}.`;
		case 'object_dwell':
			return `${capital(withArticle(labels.class ?? 'object'))} has been in ${place} for ${duration(value ?? condition.seconds)}.`;
		case 'line_crossed':
			return `${present(labels.class, value)} ${crossing(labels.direction)} ${zoneName ?? 'the line'}.`;
		case 'count':
			return `${capital(manyOf(condition.classes, value ?? 2))} in ${place}${measured}, ${condition.op} ${condition.value}.`;
		case 'flow_direction':
			return `Motion ${condition.mode} ${wayOf(condition.direction_deg)} in ${place}${measured}.`;
		case 'flow_coherence':
			return `Coherence of motion in ${place}${measured}, ${condition.op} ${figure(condition.value)}.`;
		case 'flow_magnitude':
			return condition.relative
				? `Motion in ${place}${measured} the usual, ${condition.op} ${figure(condition.value)}×.`
				: `Motion in ${place}${measured}, ${condition.op} ${figure(condition.value)} px/frame.`;
		case 'stream_health':
			return `The camera is ${HEALTH[(labels.status as StreamStatusWord) ?? condition.state] ?? HEALTH[condition.state]}.`;
	}
}

/** What the condition's figure is, with its unit: the name of its axis. */
export function figureLabel(condition: Condition, zoneName: string | null): string {
	const place = zoneName ?? 'the picture';
	switch (condition.type) {
		case 'object_in_zone':
			return `${capital(condition.mode === 'allowed' ? 'Objects not allowed' : manyOf(condition.classes, 2))} in ${place}`;
		case 'object_dwell':
			return `Longest stay of ${oneOf(condition.classes)} in ${place}, s`;
		case 'line_crossed':
			return `${capital(manyOf(condition.classes, 2))} crossing ${zoneName ?? 'the line'}`;
		case 'count':
			return `${capital(manyOf(condition.classes, 2))} in ${place}`;
		case 'flow_direction':
			return `Motion ${condition.mode} ${wayOf(condition.direction_deg)} in ${place}, px/frame`;
		case 'flow_coherence':
			return `Coherence of motion in ${place}`;
		case 'flow_magnitude':
			return condition.relative ? `Motion in ${place}, times the usual` : `Motion in ${place}, px/frame`;
		case 'stream_health':
			return 'State of the camera';
	}
}

const DAYS = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** `Mon–Fri 22:00–06:00 or Sat and Sun all day (Europe/Copenhagen)`. */
export function scheduleWords({ timezone, windows }: Schedule): string {
	const parts = windows.map(
		({ days, from, to }) => `${dayWords(days)} ${from === to ? 'all day' : `${from}–${to}`}`
	);
	return `${parts.join(' or ')} (${timezone})`;
}

function dayWords(days: readonly number[]): string {
	const sorted = [...new Set(days)].sort((a, b) => a - b);
	if (sorted.length === 7) return 'every day';
	const isRun = sorted.every((day, i) => i === 0 || day === sorted[i - 1]! + 1);
	if (isRun && sorted.length > 2) return `${DAYS[sorted[0]!]!}–${DAYS[sorted.at(-1)!]!}`;
	return sorted
		.map((day) => DAYS[day]!)
		.join(', ')
		.replace(/, (\w+)$/, ' and $1');
}

const HEALTH: Record<StreamStatusWord | 'not_connected', string> = {
	not_connected: 'not connected',
	connected: 'connected',
	starting: 'starting',
	stale: 'stale',
	stream_error: 'in error',
	worker_down: 'without its worker',
	deactivated: 'deactivated'
};

function clause(condition: Condition, place: string): string {
	switch (condition.type) {
		case 'object_in_zone':
			return `${condition.presence === 'absent' ? absence(condition) : who(condition)} is in ${place}`;
		case 'object_dwell':
			return `${oneOf(condition.classes)} stays in ${place} for ${duration(condition.seconds)}`;
		case 'line_crossed':
			return `${oneOf(condition.classes)} ${CROSSES[condition.direction]} ${place}`;
		case 'count': {
			const { op, value, classes } = condition;
			const amount = `${op === 'over' ? 'more' : 'fewer'} than ${value}`;
			return `${amount} ${manyOf(classes, value)} ${value === 1 ? 'is' : 'are'} in ${place}`;
		}
		case 'flow_direction':
			return `motion in ${place} goes ${condition.mode} ${wayOf(condition.direction_deg)} ± ${figure(condition.tolerance_deg)}° at ${figure(condition.min_magnitude)} px/frame or more`;
		case 'flow_coherence':
			return `the coherence of motion in ${place} is ${condition.op} ${figure(condition.value)}`;
		case 'flow_magnitude':
			return condition.relative
				? `motion in ${place} is ${condition.op === 'over' ? 'more' : 'less'} than ${figure(condition.value)} times the usual`
				: `motion in ${place} is ${condition.op} ${figure(condition.value)} px/frame`;
		case 'stream_health':
			return `the camera is ${HEALTH[condition.state]}`;
	}
}

type Presence = Extract<Condition, { type: 'object_in_zone' }>;

function who({ classes, mode }: Presence): string {
	return mode === 'allowed' ? `anything other than ${oneOf(classes)}` : oneOf(classes);
}

function absence({ classes, mode }: Presence): string {
	if (mode === 'allowed') return `nothing other than ${oneOf(classes)}`;
	return `no ${manyOf(classes, 1)}`;
}

const CROSSES = { any: 'crosses', in: 'goes in across', out: 'goes out across' } as const;

/** A crossing is there and over, and a stay has its own time: neither is held for long. */
function sustained(condition: Condition, seconds: number): string {
	if (seconds === 0 || condition.type === 'line_crossed') return '';
	if (condition.type === 'object_dwell') return seconds > 1 ? ` and ${duration(seconds)} more` : '';
	return ` for ${duration(seconds)}`;
}

/** `3 people`, `A person`: of the classes that were there. */
function present(classes: string | undefined, count: number | null): string {
	if (classes === undefined) return 'Something';
	if (count === null || count <= 1) return capital(withArticle(manyOf([classes], 1)));
	return / and /.test(classes)
		? `${figure(count)} objects (${classes})`
		: `${figure(count)} ${manyOf([classes], 2)}`;
}

function crossing(direction: string | undefined): string {
	if (direction === 'in') return 'went in across';
	return direction === 'out' ? 'went out across' : 'crossed';
}

const spaced = (unit: string) => (unit === '' || unit === '×' ? unit : ` ${unit}`);
const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);
