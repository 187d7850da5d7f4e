// The in-process bus: fan-out, containment of errors, ending a subscription.
import { describe, expect, test, vi } from 'vitest';
import { createMemoryBus } from './memory.ts';
import { subjects, type StreamChange } from './subjects.ts';

const change: StreamChange = { streamId: 'a', change: 'created' };
const quiet = () => ({ error: vi.fn() });

describe('memory bus', () => {
	test('hands a payload to every subscriber of its subject and to nobody else', () => {
		const bus = createMemoryBus(quiet());
		const seen: string[] = [];
		bus.subscribe(subjects.streamChange, (payload) => seen.push(`1 ${payload.streamId}`));
		bus.subscribe(subjects.streamChange, (payload) => seen.push(`2 ${payload.streamId}`));
		bus.subscribe(subjects.status, () => seen.push('status'));
		bus.publish(subjects.streamChange, change);
		expect(seen).toEqual(['1 a', '2 a']);
	});

	test('a throwing subscriber is logged and the others still hear', () => {
		const log = quiet();
		const bus = createMemoryBus(log);
		const heard = vi.fn();
		bus.subscribe(subjects.streamChange, () => {
			throw new Error('broken');
		});
		bus.subscribe(subjects.streamChange, heard);
		expect(() => bus.publish(subjects.streamChange, change)).not.toThrow();
		expect(heard).toHaveBeenCalledOnce();
		expect(log.error).toHaveBeenCalledOnce();
	});

	test('ending one subscription leaves an equal one alone', () => {
		const bus = createMemoryBus(quiet());
		const heard = vi.fn();
		const end = bus.subscribe(subjects.streamChange, heard);
		bus.subscribe(subjects.streamChange, heard);
		end();
		end();
		bus.publish(subjects.streamChange, change);
		expect(heard).toHaveBeenCalledOnce();
	});

	test('a subscriber may end itself while being called', () => {
		const bus = createMemoryBus(quiet());
		const heard = vi.fn();
		const end = bus.subscribe(subjects.streamChange, () => {
			heard();
			end();
		});
		bus.publish(subjects.streamChange, change);
		bus.publish(subjects.streamChange, change);
		expect(heard).toHaveBeenCalledOnce();
	});

	test('after close nobody hears', async () => {
		const bus = createMemoryBus(quiet());
		const heard = vi.fn();
		bus.subscribe(subjects.streamChange, heard);
		await bus.close();
		bus.publish(subjects.streamChange, change);
		expect(heard).not.toHaveBeenCalled();
	});
});
