// Keys and subjects made of an event: the same for the same, and what others take them for.
import { expect, it } from 'vitest';
import { z } from 'zod';
import { journalEvent } from '#lib/contracts/event.ts';
import { alertToldBy, deliveryId, eventOf, subjectOf, untraced } from './event.ts';
import { testMessage } from './message.ts';

it('an idempotency key is a UUID, the same for the same event at the same channel alone', () => {
	const [event, channel, other] = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`);
	const key = deliveryId(event!, channel!);
	expect(z.uuid().parse(key)).toBe(key);
	expect(deliveryId(event!, channel!)).toBe(key);
	expect(new Set([key, deliveryId(event!, other!), deliveryId(other!, channel!)]).size).toBe(3);
});

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

it.each([null, TRACEPARENT])(
	'an event comes back from the journal as it was told, its trace %s',
	(traceparent) => {
		const told = {
			messageId: crypto.randomUUID(),
			topic: 'alert.resolved' as const,
			subjectId: crypto.randomUUID(),
			createdAt: new Date(),
			alert: testMessage('x', '').alert,
			traceparent
		};
		expect(alertToldBy(journalEvent.parse(JSON.parse(JSON.stringify(eventOf(told)))))).toEqual(told);
	}
);

it('what a row keeps of its trace is no part of what it tells', () => {
	expect(untraced({ id: 'a', traceparent: TRACEPARENT })).toEqual({
		payload: { id: 'a' },
		traceparent: TRACEPARENT
	});
	expect(untraced({ id: 'a' })).toEqual({ payload: { id: 'a' }, traceparent: null });
});

it('a subject names the topic, and the stream where there is one', () => {
	expect(subjectOf('alert.firing', { stream_id: null })).toBe('alert.firing');
	expect(subjectOf('run.state', { stream_id: 'abc' })).toBe('run.state.abc');
});
