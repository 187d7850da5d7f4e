// What happened around an alert, in order: opened, pictured, delivered, acknowledged, ended. Pure.
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { DeliveryRecord } from '#lib/contracts/channel.ts';
import { CHANNEL_WORDS } from './words.ts';

export interface Happening {
	/** ISO 8601; null is now. */
	at: string | null;
	what: string;
	detail: string;
	/** `open` marks what still goes on, `alert` the alert itself. */
	mark: 'plain' | 'alert' | 'open';
}

/** Oldest first; deliveries that arrived within so long of each other are told together. */
const TOGETHER_MS = 2_000;

export function timelineOf(alert: AlertRecord, deliveries: readonly DeliveryRecord[]): Happening[] {
	const happened = [opened(alert), ...delivered(deliveries), ...acknowledged(alert), ...ended(alert)].sort(
		(a, b) => moment(a) - moment(b)
	);
	return alert.ends_at === null ? [...happened, goesOn(alert)] : happened;
}

const moment = ({ at }: Happening) => (at === null ? Infinity : Date.parse(at));

function opened(alert: AlertRecord): Happening {
	const what = alert.source === 'grafana' ? 'Began, as it was told' : 'Alert opened';
	return { at: alert.starts_at, what, detail: '', mark: 'alert' };
}

function delivered(deliveries: readonly DeliveryRecord[]): Happening[] {
	const done = deliveries
		.filter((one): one is DeliveryRecord & { delivered_at: string } => one.delivered_at !== null)
		.sort((a, b) => Date.parse(a.delivered_at) - Date.parse(b.delivered_at));
	const groups: (typeof done)[] = [];
	for (const one of done) {
		const last = groups.at(-1);
		const isWithin =
			last?.[0] &&
			last[0].event === one.event &&
			Date.parse(one.delivered_at) - Date.parse(last[0].delivered_at) <= TOGETHER_MS;
		if (isWithin) last.push(one);
		else groups.push([one]);
	}
	return groups.map((group) => ({
		at: group[0]?.delivered_at ?? null,
		what: group[0]?.event === 'alert.resolved' ? 'End delivered' : 'Delivered',
		detail: group.map((one) => `${CHANNEL_WORDS[one.channel_type]} ${one.channel_name}`).join(', '),
		mark: 'plain'
	}));
}

function acknowledged(alert: AlertRecord): Happening[] {
	if (!alert.acknowledged_at) return [];
	const detail = alert.acknowledged_by ? `by ${alert.acknowledged_by}` : '';
	return [{ at: alert.acknowledged_at, what: 'Acknowledged', detail, mark: 'plain' }];
}

function ended(alert: AlertRecord): Happening[] {
	if (!alert.ends_at) return [];
	return [{ at: alert.ends_at, what: 'Ended', detail: alert.end_reason ?? '', mark: 'plain' }];
}

function goesOn(alert: AlertRecord): Happening {
	return {
		at: null,
		what: alert.acknowledged_at ? 'Still going on' : 'Still open',
		detail: '',
		mark: 'open'
	};
}
