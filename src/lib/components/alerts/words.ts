// An alert in words: how it stands, when it began, how long it lasted, how far its channels have it. Pure.
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { ChannelType, DeliveryRecord } from '#lib/contracts/channel.ts';
import type { Severity } from '#lib/contracts/rule.ts';
import { dateAndTime, duration, NOT_MEASURED, plural, secondsSince, timeOfDay } from '../ui/format.ts';

/** Open needs somebody; acknowledged has somebody; ended is over and nobody said a word. */
export type Standing = 'open' | 'acknowledged' | 'ended';

export function standingOf(alert: Pick<AlertRecord, 'status' | 'acknowledged_at'>): Standing {
	if (alert.acknowledged_at !== null) return 'acknowledged';
	return alert.status === 'firing' ? 'open' : 'ended';
}

export const STANDING_WORDS: Record<Standing, string> = {
	open: 'Open',
	acknowledged: 'Acknowledged',
	ended: 'Ended'
};

export const SEVERITY_WORDS: Record<Severity, string> = {
	info: 'Info',
	warning: 'Warning',
	critical: 'Critical'
};

/** A span that is over, by its two largest units: `38 s`, `4 min 10 s`, `1 h 12 min`. */
export function span(seconds: number): string {
	if (seconds > 0 && seconds < 1) return 'under 1 s';
	const minutes = Math.floor(seconds / 60);
	const rest = Math.floor(seconds % 60);
	return minutes >= 1 && minutes < 60 && rest > 0 ? `${minutes} min ${rest} s` : duration(seconds);
}

/** `26 s, open` while it goes on, `4 min 10 s` once it is over. */
export function lastedWords(
	alert: Pick<AlertRecord, 'starts_at' | 'ends_at' | 'acknowledged_at'>,
	now: number
): string {
	if (alert.ends_at !== null) return span((Date.parse(alert.ends_at) - Date.parse(alert.starts_at)) / 1000);
	return `${duration(secondsSince(alert.starts_at, now))}, ${alert.acknowledged_at ? 'going on' : 'open'}`;
}

/** The time alone for what began today, with its date before that. */
export function startedWords(iso: string, now: number): string {
	return isSameDay(iso, now) ? timeOfDay(iso) : dateAndTime(iso, now);
}

export function isSameDay(iso: string, now: number): boolean {
	return new Date(iso).toDateString() === new Date(now).toDateString();
}

export interface DeliveryWords {
	text: string;
	tone: 'quiet' | 'warn' | 'bad';
}

/** `All 4`, `3 of 4, retrying`, `3 of 4, 1 failed`. */
export function deliveryWords({
	deliveries: { total, delivered, pending, failed }
}: Pick<AlertRecord, 'deliveries'>): DeliveryWords {
	if (total === 0) return { text: NOT_MEASURED, tone: 'quiet' };
	if (delivered === total) return { text: `All ${total}`, tone: 'quiet' };
	const so = `${delivered} of ${total}`;
	if (failed > 0) return { text: `${so}, ${failed} failed`, tone: 'bad' };
	if (pending > 0) return { text: `${so}, waiting`, tone: 'warn' };
	return { text: `${so}, held back`, tone: 'quiet' };
}

/** Where it happened: `Ramp P2, Down lane`; a Grafana alert may have no camera. */
export function placeWords(alert: Pick<AlertRecord, 'stream_name' | 'zone_name'>): string {
	if (!alert.stream_name) return 'no camera';
	return alert.zone_name ? `${alert.stream_name}, ${alert.zone_name}` : alert.stream_name;
}

/** Beside alerts that others raised. */
export const RECEIVED_WORD = 'Received';

/** What stands beside the rule's name in the list; a received alert has its mark there. */
export function zoneWords(alert: Pick<AlertRecord, 'name' | 'source' | 'zone_name' | 'stream_id'>): string {
	if (namesItsZone(alert)) return '';
	if (alert.source === 'grafana') return '';
	return alert.zone_name ?? 'whole stream';
}

export const CHANNEL_WORDS: Record<ChannelType, string> = {
	webhook: 'Webhook',
	mqtt: 'MQTT',
	tcp: 'TCP',
	hikvision: 'Hikvision',
	email: 'E-mail'
};

/** What became of one delivery. */
export function outcomeWords(
	delivery: Pick<DeliveryRecord, 'state' | 'attempts' | 'next_attempt_at'>,
	now: number
): { text: string; tone: 'good' | 'warn' | 'bad' | 'quiet' } {
	switch (delivery.state) {
		case 'delivered':
			return { text: 'Delivered', tone: 'good' };
		case 'failed':
			return { text: 'Failed', tone: 'bad' };
		case 'held_back':
			return { text: 'Held back', tone: 'quiet' };
		case 'pending':
			return pendingWords(delivery, now);
		default: {
			const never: never = delivery.state;
			return never;
		}
	}
}

function pendingWords(
	{ attempts, next_attempt_at }: Pick<DeliveryRecord, 'attempts' | 'next_attempt_at'>,
	now: number
): { text: string; tone: 'warn' | 'quiet' } {
	if (attempts === 0) return { text: 'Waiting', tone: 'quiet' };
	const wait = next_attempt_at ? Math.ceil(-secondsSince(next_attempt_at, now)) : 0;
	return { text: wait > 0 ? `Retrying in ${duration(wait)}` : 'Retrying', tone: 'warn' };
}

/** `3 of 4 delivered`. */
export function deliveredWords(deliveries: AlertRecord['deliveries']): string {
	return deliveries.total === 0
		? 'no channel'
		: `${deliveries.delivered} of ${plural(deliveries.total, 'delivery', 'deliveries')} done`;
}

/** Whether the rule's name tells the zone already, as suggested names do: beside it the zone would be said twice. */
export function namesItsZone({ name, zone_name }: Pick<AlertRecord, 'name' | 'zone_name'>): boolean {
	return zone_name !== null && ` ${name}`.toLowerCase().endsWith(` ${zone_name.toLowerCase()}`);
}
