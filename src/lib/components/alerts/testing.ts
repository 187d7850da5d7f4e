// Alerts and deliveries for tests: whole ones, of which a test changes what it is about.
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { DeliveryRecord } from '#lib/contracts/channel.ts';

/** Noon, ms since the epoch. */
export const NOW = Date.parse('2026-11-21T12:00:00.000Z');

export function alert(part: Partial<AlertRecord> = {}): AlertRecord {
	return {
		id: 'a1',
		source: 'rule',
		rule_id: 'r1',
		stream_id: 's1',
		stream_name: 'Ramp P2',
		zone_id: 'z1',
		zone_name: 'Down lane',
		name: 'Fast vehicle',
		severity: 'critical',
		status: 'firing',
		starts_at: '2026-11-21T11:58:00.000Z',
		ends_at: null,
		end_reason: null,
		summary: 'Motion over 24 px/frame in Down lane of Ramp P2.',
		peak: 47.7,
		snapshot_url: null,
		snapshot_problem: null,
		clip_url: null,
		clip_problem: null,
		acknowledged_at: null,
		acknowledged_by: null,
		fingerprint: 'f1',
		labels: {},
		deliveries: { total: 0, delivered: 0, pending: 0, failed: 0 },
		...part
	};
}

export function delivery(part: Partial<DeliveryRecord> = {}): DeliveryRecord {
	return {
		id: 'd1',
		channel_id: 'c1',
		channel_name: 'Control desk',
		channel_type: 'webhook',
		alert_id: 'a1',
		event: 'alert.firing',
		state: 'delivered',
		attempts: 1,
		answer: '200 in 84 ms',
		created_at: '2026-11-21T11:58:00.100Z',
		next_attempt_at: null,
		delivered_at: '2026-11-21T11:58:00.300Z',
		...part
	};
}
