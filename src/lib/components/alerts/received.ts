// What was told of a received alert, in words: who told it, how often, its figures, where to look further. Pure.
import type { ReceivedAlert, Sender } from '#lib/contracts/received.ts';
import { plural } from '../ui/format.ts';

export const SENDER_WORDS: Record<Sender, string> = { grafana: 'Grafana', alertmanager: 'Alertmanager' };

/** `From Grafana, receiver desk, in 3 messages`. */
export function senderWords({
	sender,
	receiver,
	deliveries
}: Pick<ReceivedAlert, 'sender' | 'receiver' | 'deliveries'>): string {
	const to = receiver ? `, receiver ${receiver}` : '';
	return `From ${SENDER_WORDS[sender]}${to}, in ${plural(deliveries, 'message')}`;
}

export interface Told {
	name: string;
	value: string;
}

/** By name; what stands elsewhere on the pane is not told twice. */
export function annotationsOf({ annotations }: Pick<ReceivedAlert, 'annotations'>, summary: string): Told[] {
	return pairs(annotations).filter(
		({ name, value }) => name !== 'description' && !(name === 'summary' && value === summary)
	);
}

export function labelsOf(labels: Record<string, string>): Told[] {
	return pairs(labels).filter(({ name }) => name !== 'alertname');
}

const pairs = (told: Record<string, string>): Told[] =>
	Object.entries(told)
		.map(([name, value]) => ({ name, value }))
		.sort((a, b) => a.name.localeCompare(b.name, 'en'));

/** Figures of a rule's queries and expressions, by their letters. */
export function valuesOf({ values }: Pick<ReceivedAlert, 'values'>): Told[] {
	return Object.entries(values ?? {})
		.map(([name, value]) => ({ name, value: figure(value) }))
		.sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** Six digits that say something: a query's figure has any unit there is. */
function figure(value: number): string {
	return String(Number(value.toPrecision(6)));
}

export interface Link {
	words: string;
	href: string;
}

/** Pages of the sender; the server lets through http and https alone. */
export function linksOf(alert: ReceivedAlert): Link[] {
	const { generator_url, dashboard_url, panel_url, silence_url, sender } = alert;
	const rule = sender === 'grafana' ? 'Rule in Grafana' : 'Query in Prometheus';
	return [
		{ words: rule, href: generator_url },
		panel_url ? { words: 'Panel', href: panel_url } : { words: 'Dashboard', href: dashboard_url },
		{ words: 'Silence it', href: silence_url }
	].filter((link): link is Link => link.href !== null);
}
