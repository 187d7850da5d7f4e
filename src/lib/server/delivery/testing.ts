// What tests of deliveries tell and wait for: rules with channels, alerts that begin and end, a relay with quick times.
import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertRecord } from '#lib/contracts/alert.ts';
import { streamInput } from '#lib/contracts/stream.ts';
import type { Db } from '../db/index.ts';
import { enqueue } from '../db/outbox.ts';
import { ruleChannels, rules } from '../db/schema/rules.ts';
import { streams } from '../db/schema/streams.ts';
import { testMessage } from './message.ts';

export const DELIVERY_CONFIG = {
	secretKey: 'k'.repeat(32),
	sourceDeny: ['169.254.0.0/16'],
	origin: 'https://vf.example'
};

/** Waits of the relay are hundredths of what they are in production. */
export const QUICK = {
	pictureWaitMs: 0,
	pollMs: 50,
	restMs: 40,
	leaseMs: 5000,
	flushMs: 1000,
	awayMs: 300,
	lateMs: 60_000,
	schedule: ({ attempts }: { attempts: number }) => (attempts > 60 ? null : 20)
};

export async function until(what: () => Promise<boolean> | boolean, forMs = 8000): Promise<void> {
	const deadline = Date.now() + forMs;
	while (!(await what())) {
		if (Date.now() > deadline) throw new Error(`not within ${forMs} ms: ${what.toString()}`);
		await sleep(10);
	}
}

/** A rule of a stream of its own that tells these channels; answers both ids. */
export async function addRuleOf(
	db: Db,
	channels: { id: string }[]
): Promise<{ ruleId: string; streamId: string }> {
	const [stream] = await db
		.insert(streams)
		.values({ ...streamInput.parse({ name: 'Gate', rtsp_url: 'rtsp://x/' }), sealed_url: 'x' })
		.returning();
	const [rule] = await db
		.insert(rules)
		.values({
			stream_id: stream!.id,
			name: 'Intruder',
			enabled: true,
			severity: 'critical',
			condition: { type: 'flow_magnitude', op: 'over', value: 1, relative: false },
			sustain_s: 0,
			release_s: 0,
			cooldown_s: 0,
			clip: false
		})
		.returning();
	if (channels.length > 0)
		await db
			.insert(ruleChannels)
			.values(channels.map((channel) => ({ rule_id: rule!.id, channel_id: channel.id })));
	return { ruleId: rule!.id, streamId: stream!.id };
}

export function alertOf(ruleId: string | null, rest: Partial<AlertRecord> = {}): AlertRecord {
	return {
		...testMessage('x', '').alert,
		rule_id: ruleId,
		name: 'Intruder',
		snapshot_problem: null,
		...rest
	};
}

export const resolved = (alert: AlertRecord): AlertRecord => ({
	...alert,
	status: 'resolved',
	ends_at: new Date().toISOString()
});

/** Writes an alert's event as the alerts room does. */
export async function writeEvent(
	db: Db,
	alert: AlertRecord,
	topic: 'alert.firing' | 'alert.resolved' = 'alert.firing'
): Promise<void> {
	await db.transaction((tx) => enqueue(tx, { topic, subjectId: alert.id, payload: { ...alert } }));
}
