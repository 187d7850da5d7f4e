// One alert of a message read for what it means here: its words, its severity, its times, what is kept of it. Pure.
import { createHash } from 'node:crypto';
import type { AlertStatus } from '#lib/contracts/alert.ts';
import type { Sender, ToldAlert, WebhookMessage } from '#lib/contracts/received.ts';
import type { Severity } from '#lib/contracts/rule.ts';
import { bounded, cut, cutPairs, hasMark, isCut, MAX_PAIRS } from './bounds.ts';

export interface Reading {
	sender: Sender;
	receiver: string;
	groupKey: string;
	groupStatus: AlertStatus;
	status: AlertStatus;
	fingerprint: string;
	/** When its episode began, ms since the epoch by the sender's clock: tells episodes apart. Null where it says none. */
	begins: number | null;
	startsAt: Date;
	/** Null while it fires. Never before its start. */
	endsAt: Date | null;
	name: string;
	severity: Severity;
	summary: string;
	description: string | null;
	ruleUid: string | null;
	labels: Record<string, string>;
	annotations: Record<string, string>;
	values: Record<string, number> | null;
	generatorUrl: string | null;
	raw: Record<string, unknown>;
	/** What was changed to take it, as sentences. */
	notes: string[];
}

const MAX_LABEL = 1000;
const MAX_ANNOTATION = 4000;
const MAX_NAME = 200;
const MAX_SUMMARY = 500;
const MAX_GROUP_KEY = 1000;
const MAX_LINK = 2000;
/** Clocks differ by that much without a word. */
const CLOCK_TOLERANCE_MS = 5000;

/** What others write for the three severities there are here. */
const SEVERITIES = new Map<string, Severity>(
	Object.entries({
		info: 'info',
		information: 'info',
		informational: 'info',
		notice: 'info',
		none: 'info',
		warning: 'warning',
		warn: 'warning',
		critical: 'critical',
		crit: 'critical',
		page: 'critical',
		fatal: 'critical',
		emergency: 'critical'
	})
);

/** Every alert of a message; `now` is this server's clock. */
export function readMessage(message: WebhookMessage, now: Date): Reading[] {
	const sender: Sender = message.version === '4' ? 'alertmanager' : 'grafana';
	const { alerts, ...group } = message;
	const groupRaw = bounded(group);
	return alerts.map((alert) => ({
		sender,
		receiver: cut(message.receiver ?? '', MAX_NAME),
		groupKey: cut(message.groupKey ?? '', MAX_GROUP_KEY),
		groupStatus: message.status,
		...readAlert(alert, now),
		raw: { alert: bounded(alert), group: groupRaw },
		notes: [...notesOf(alert, now), ...truncated(message)]
	}));
}

function readAlert(alert: ToldAlert, now: Date) {
	const { labels, annotations } = alert;
	const times = timesOf(alert, now);
	const name = labels.alertname || labels.rulename || 'Unnamed alert';
	return {
		...times,
		status: alert.status,
		fingerprint: sentFingerprint(alert) ?? fingerprintOf(labels),
		name: cut(name, MAX_NAME),
		severity: SEVERITIES.get((labels.severity ?? '').trim().toLowerCase()) ?? 'warning',
		summary: cut(summaryOf(name, alert), MAX_SUMMARY),
		description: annotations.description ? cut(annotations.description, MAX_ANNOTATION) : null,
		ruleUid: alert.ruleUID ? cut(alert.ruleUID, MAX_NAME) : uidOf(alert.generatorURL ?? ''),
		labels: cutPairs(labels, MAX_LABEL),
		annotations: cutPairs(annotations, MAX_ANNOTATION),
		values: valuesOf(alert),
		generatorUrl: linkOf(alert.generatorURL)
	};
}

/** The sender's moments by this server's clock: none of them is still to come. */
function timesOf(alert: ToldAlert, now: Date): Pick<Reading, 'begins' | 'startsAt' | 'endsAt'> {
	const begins = momentOf(alert.startsAt);
	const startsAt = new Date(Math.min(begins ?? now.getTime(), now.getTime()));
	if (alert.status === 'firing') return { begins, startsAt, endsAt: null };
	const ends = Math.min(momentOf(alert.endsAt) ?? now.getTime(), now.getTime());
	return { begins, startsAt, endsAt: new Date(Math.max(ends, startsAt.getTime())) };
}

/** Go's zero time, the year 0001, is none; so is whatever else lies before there were clocks like these. */
function momentOf(time: string | null | undefined): number | null {
	const at = time ? Date.parse(time) : NaN;
	return Number.isFinite(at) && at > 0 ? at : null;
}

function notesOf(alert: ToldAlert, now: Date): string[] {
	const notes: string[] = [];
	for (const [word, time] of [
		['start', alert.startsAt],
		// What fires has no end yet, whatever it says.
		['end', alert.status === 'resolved' ? alert.endsAt : null]
	] as const) {
		const ahead = (momentOf(time) ?? 0) - now.getTime();
		if (ahead > CLOCK_TOLERANCE_MS)
			notes.push(
				`Its ${word} was told as ${time}, ${Math.round(ahead / 1000)} s in the future; the time it came is taken instead.`
			);
	}
	if (isCut(alert.labels, MAX_LABEL))
		notes.push(`Its labels are cut: ${MAX_PAIRS} of them, of ${MAX_LABEL} characters, are kept.`);
	if (isCut(alert.annotations, MAX_ANNOTATION))
		notes.push(`Its annotations are cut: ${MAX_PAIRS} of them, of ${MAX_ANNOTATION} characters, are kept.`);
	return notes;
}

function truncated({ truncatedAlerts }: WebhookMessage): string[] {
	if (!truncatedAlerts) return [];
	return [`Its group had ${truncatedAlerts} more alerts, which the sender left out.`];
}

/** Both send 16 characters. */
const sentFingerprint = ({ fingerprint }: ToldAlert) =>
	fingerprint && fingerprint.length <= MAX_NAME ? fingerprint : null;

/** As both senders make one of the labels: the same labels, the same fingerprint. */
function fingerprintOf(labels: Record<string, string>): string {
	const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
	return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}

/** Its own summary, or the first words there are. Grafana tells why a query failed in the annotation `Error`. */
function summaryOf(name: string, { labels, annotations }: ToldAlert): string {
	if (annotations.summary) return annotations.summary;
	const about = labels.rulename && labels.rulename !== name ? `${labels.rulename}: ` : '';
	const said = annotations.Error || annotations.message || annotations.description?.split('\n')[0];
	if (said) return about + said;
	return labels.rulename && about ? `${name}: ${labels.rulename}` : name;
}

/** From before Grafana told it by itself: …/alerting/grafana/<uid>/view, …/alerting/<uid>/edit */
function uidOf(generatorUrl: string): string | null {
	const match = /\/alerting\/(?:grafana\/)?([\w-]{1,64})\/(?:view|edit)\b/.exec(generatorUrl);
	return match?.[1] ?? null;
}

function valuesOf({ values }: ToldAlert): Record<string, number> | null {
	if (!values) return null;
	const told = Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== null);
	if (told.length === 0) return null;
	return Object.fromEntries(told.slice(0, MAX_PAIRS).map(([name, value]) => [cut(name, MAX_NAME), value]));
}

/** What a person may follow: http or https, without anybody's password. Null of anything else. */
export function linkOf(text: unknown): string | null {
	if (typeof text !== 'string' || text.length > MAX_LINK || hasMark(text) || !URL.canParse(text)) return null;
	const url = new URL(text);
	if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
	url.username = '';
	url.password = '';
	return url.href;
}
