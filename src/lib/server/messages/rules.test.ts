// What is read of a message, what people see of one that cannot be read, and what becomes of one that failed.
import { describe, expect, it } from 'vitest';
import { journalCommand, journalEvent } from '#lib/contracts/event.ts';
import { fateOf, KEPT_BYTES, read, shown, WAITS } from './rules.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const reasonOf = (data: Uint8Array) => {
	const reading = read(data, journalEvent);
	return reading.ok ? null : reading.reason;
};

describe('a message', () => {
	it.each<[string, Uint8Array, RegExp]>([
		['empty', bytes(''), /no JSON/],
		['half of one', bytes('{"id":"'), /no JSON/],
		['no text', Uint8Array.of(0xff, 0xfe, 0), /no text/],
		['a number', bytes('7'), /nothing this version knows/],
		['of an unknown topic', bytes('{"topic":"alert.maybe"}'), /topic/],
		['without an id', bytes('{"topic":"alert.firing","id":"x","payload":{}}'), /id: /]
	])('%s is told what is wrong with it', (_, data, reason) => expect(reasonOf(data)).toMatch(reason));

	it('that is a command is read, without what it does not know', () => {
		const id = crypto.randomUUID();
		const told = { id, command: 'stream.retry', stream_id: id, by: 'somebody' };
		expect(read(bytes(JSON.stringify(told)), journalCommand)).toEqual({
			ok: true,
			message: { id, command: 'stream.retry', stream_id: id }
		});
	});
});

describe('what is shown', () => {
	it('is the text as it came, cut where it is long, never in the middle of a letter', () => {
		expect(shown(bytes('{"a": "ü"}'))).toBe('{"a": "ü"}');
		const cut = shown(bytes(`x${'ü'.repeat(KEPT_BYTES)}`));
		expect(cut).toMatch(/^xü+$/);
		expect(bytes(cut).length).toBeLessThanOrEqual(KEPT_BYTES);
		expect(bytes(cut).length).toBeGreaterThan(KEPT_BYTES - 4);
	});

	it('is base64 where it is no text, or holds a NUL', () => {
		expect(shown(Uint8Array.of(0xff, 0x00))).toBe('/wA=');
		expect(shown(bytes('a\0b'))).toBe('YQBi');
	});
});

describe('a failure', () => {
	it('that is an outage is never the end, one refused at once, any other the fifth time', () => {
		expect(fateOf('outage', 1000, WAITS)).toEqual({ againInMs: WAITS.outageMs });
		expect(fateOf('refused', 1, WAITS)).toBe('park');
		const waits = [1, 2, 3, 4, 5].map((failures) => fateOf('failed', failures, WAITS));
		expect(waits.slice(0, 4)).toEqual(WAITS.failedMs.map((againInMs) => ({ againInMs })));
		expect(waits[4]).toBe('park');
	});
});
