// What a tile says in each state: a sentence with its time and its next step.
import { describe, expect, it } from 'vitest';
import type { StreamStatus } from '#lib/contracts/status.ts';
import { historyLine, pictureState, wordOfRecord } from './picture.ts';

const now = Date.parse('2026-03-01T14:32:00Z');
const record = {
	is_active: true,
	state: 'active',
	last_error: null,
	updated_at: '2026-03-01T10:00:00Z'
} as const;

function status(part: Partial<StreamStatus>): StreamStatus {
	return {
		streamId: 's',
		runId: 'r',
		status: 'connected',
		state: 'active',
		since: '2026-03-01T14:30:00Z',
		detail: null,
		advice: null,
		code: null,
		attempt: 0,
		retryAt: null,
		source: null,
		lastFrameAt: null,
		fps: null,
		framesProcessed: 0,
		framesDropped: 0,
		reconnects: 0,
		latencyMs: null,
		flow: null,
		detection: null,
		instance: 'i',
		...part
	};
}

describe('pictureState', () => {
	it('waits for the first picture of a connected stream, then shows it', () => {
		expect(pictureState(record, status({}), false, now)).toMatchObject({
			kind: 'waiting',
			word: 'connected'
		});
		expect(pictureState(record, status({}), true, now).kind).toBe('live');
	});

	it('does not pass the last picture of an instance that is not heard for a live one', () => {
		const unheard = status({ detail: 'It runs on north-1, which this instance does not hear' });
		expect(pictureState(record, unheard, true, now)).toEqual({
			kind: 'stale',
			word: 'connected',
			age: '',
			line: unheard.detail
		});
		expect(pictureState(record, unheard, false, now)).toMatchObject({
			kind: 'waiting',
			lines: [unheard.detail]
		});
	});

	it('says of a stale camera without a picture why, and what to do', () => {
		const stale = status({ status: 'stale', detail: 'No frame for 12 s', advice: 'Check the camera.' });
		expect(pictureState(record, stale, false, now)).toMatchObject({
			lines: ['No frame for 12 s', 'Check the camera.', expect.stringMatching(/^No picture yet/) as string]
		});
	});

	it('keeps a stale picture, dated', () => {
		const stale = status({ status: 'stale', lastFrameAt: '2026-03-01T14:31:13Z', attempt: 3 });
		expect(pictureState(record, stale, true, now)).toMatchObject({ kind: 'stale', age: '47 s' });
		expect(pictureState(record, stale, false, now).kind).toBe('waiting');
	});

	it('tells an error in its own words with advice, last picture and next attempt', () => {
		const failed = status({
			status: 'stream_error',
			detail: 'Connection refused by 10.20.4.31:554',
			advice: 'Check that the camera is on.',
			lastFrameAt: '2026-03-01T14:19:00Z',
			attempt: 3,
			retryAt: '2026-03-01T14:32:12Z'
		});
		const shown = pictureState(record, failed, true, now);
		expect(shown).toMatchObject({ kind: 'failed', title: 'Connection refused by 10.20.4.31:554' });
		expect(shown.kind === 'failed' && shown.lines[0]).toBe('Check that the camera is on.');
		expect(historyLine(failed, now)).toMatch(/^Last picture \d\d:19:00, 13 min ago\. Attempt 4 in 12 s\.$/);
	});

	it('falls back to the record before any status has come', () => {
		expect(wordOfRecord({ ...record, is_active: false })).toBe('deactivated');
		expect(wordOfRecord({ ...record, state: 'error' })).toBe('stream_error');
		const failed = pictureState(
			{ ...record, state: 'error', last_error: 'No such host: cam' },
			undefined,
			false,
			now
		);
		expect(failed).toMatchObject({ kind: 'failed', title: 'No such host: cam', lines: [] });
	});

	it('never counts down below zero', () => {
		expect(historyLine(status({ attempt: 2, retryAt: '2026-03-01T14:31:00Z' }), now)).toBe(
			'No picture yet. Trying now, attempt 2.'
		);
	});
});
