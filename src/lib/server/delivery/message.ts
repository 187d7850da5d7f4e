// What is sent: an alert as it was told, with what has become known of its evidence since, or a test that says it is one.
import { randomUUID } from 'node:crypto';
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { DeliveryRecord } from '#lib/contracts/channel.ts';
import type { Message } from './senders/sender.ts';

/** What may be added to an alert after it was told, without changing what is told. */
const EVIDENCE = [
	'snapshot_url',
	'snapshot_problem',
	'clip_url',
	'clip_problem',
	'acknowledged_at',
	'acknowledged_by'
] as const satisfies (keyof AlertRecord)[];

/**
 * `told` is the alert as the event found it, `fresh` as it stands now (null when it is gone): the picture of a firing alert
 * is there a moment later, but a firing that is delivered late must not say that it is over.
 */
export function messageOf(
	delivery: { id: string; event: DeliveryRecord['event'] },
	told: AlertRecord,
	fresh: AlertRecord | null,
	origin: string
): Message {
	const evidence = fresh ? Object.fromEntries(EVIDENCE.map((field) => [field, fresh[field]])) : {};
	const alert: AlertRecord = { ...told, ...evidence };
	return {
		id: delivery.id,
		event: delivery.event,
		alert: {
			...alert,
			snapshot_url: absolute(alert.snapshot_url, origin),
			clip_url: absolute(alert.clip_url, origin)
		},
		url: pageOf(alert.id, origin)
	};
}

/** A message that nobody can take for an alert. */
export function testMessage(channelName: string, origin: string, now = new Date()): Message {
	const id = randomUUID();
	const alert: AlertRecord = {
		id: randomUUID(),
		source: 'rule',
		rule_id: null,
		stream_id: null,
		stream_name: 'Test camera',
		zone_id: null,
		zone_name: 'Test zone',
		name: `Test of ${channelName}`,
		severity: 'info',
		status: 'firing',
		starts_at: now.toISOString(),
		ends_at: null,
		end_reason: null,
		summary: `This is a test of the channel ${channelName}. Nothing happened.`,
		peak: null,
		snapshot_url: null,
		snapshot_problem: 'A test has no picture.',
		clip_url: null,
		clip_problem: null,
		acknowledged_at: null,
		acknowledged_by: null,
		fingerprint: 'test',
		labels: { test: 'true' },
		deliveries: { total: 1, delivered: 0, pending: 1, failed: 0 }
	};
	return { id, event: 'test', alert, url: `${origin}/alerts` };
}

function pageOf(alertId: string, origin: string): string {
	return `${origin}/alerts?alert=${encodeURIComponent(alertId)}`;
}

function absolute(path: string | null, origin: string): string | null {
	return path?.startsWith('/') ? `${origin}${path}` : path;
}
