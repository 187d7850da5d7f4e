// What a tile shows: a stream's record, its last status and whether a picture came, decided into one state and its words.
import type { StreamStatus, StreamStatusWord } from '#lib/contracts/status.ts';
import type { StreamRecord } from '#lib/contracts/stream.ts';
import { duration, secondsSince, timeOfDay } from '../ui/format.ts';

export type PictureState =
	/** Fresh pictures with their vectors. */
	| { kind: 'live'; word: StreamStatusWord }
	/** Nothing wrong, nothing to show yet. */
	| { kind: 'waiting'; word: StreamStatusWord; title: string; lines: string[] }
	/** The last picture, grey and dated, without arrows. */
	| { kind: 'stale'; word: StreamStatusWord; age: string; line: string }
	/** A sentence with a next step. */
	| { kind: 'failed'; word: 'stream_error' | 'worker_down'; title: string; lines: string[] }
	| { kind: 'off'; word: 'deactivated'; title: string; lines: string[] };

type RecordPart = Pick<StreamRecord, 'is_active' | 'state' | 'last_error' | 'updated_at'>;

/** The status word before any status event has come, from the registry's record alone. */
export function wordOfRecord(record: RecordPart): StreamStatusWord {
	if (!record.is_active) return 'deactivated';
	return record.state === 'error' ? 'stream_error' : 'starting';
}

/** `now` in ms since the epoch; `seen` says that a picture is on the canvas. */
export function pictureState(
	record: RecordPart,
	status: StreamStatus | undefined,
	seen: boolean,
	now: number
): PictureState {
	const word = status?.status ?? wordOfRecord(record);
	switch (word) {
		case 'connected':
			return connected(status?.detail ?? null, seen);
		case 'starting':
			return seen && freshEnough(status, now) ? { kind: 'live', word } : starting(status, now);
		case 'stale':
			return seen
				? stale(status, now)
				: { kind: 'waiting', word, title: 'No picture is coming', lines: staleLines(status, now) };
		case 'stream_error':
		case 'worker_down':
			return failed(word, record, status, now);
		case 'deactivated':
			return {
				kind: 'off',
				word,
				title: 'Deactivated',
				lines: ['No pictures are taken and nothing is measured.']
			};
	}
}

/** With a word why, another instance runs it well and its pictures do not reach this page. */
function connected(why: string | null, seen: boolean): PictureState {
	const word = 'connected';
	if (!seen)
		return { kind: 'waiting', word, title: 'Waiting for the first picture', lines: why ? [why] : [] };
	return why === null ? { kind: 'live', word } : { kind: 'stale', word, age: '', line: why };
}

/** A restarted run keeps its last picture for a moment instead of flashing empty. */
function freshEnough(status: StreamStatus | undefined, now: number): boolean {
	return Boolean(status?.lastFrameAt && secondsSince(status.lastFrameAt, now) < 10);
}

function starting(status: StreamStatus | undefined, now: number): PictureState {
	const waited = status
		? [`${status.detail ?? 'Reading the first picture'}, ${duration(secondsSince(status.since, now))}`]
		: [];
	return { kind: 'waiting', word: 'starting', title: 'Starting', lines: waited };
}

function stale(status: StreamStatus | undefined, now: number): PictureState {
	const age = status?.lastFrameAt ? duration(secondsSince(status.lastFrameAt, now)) : '';
	return { kind: 'stale', word: 'stale', age, line: ageLine(status, now) };
}

function staleLines(status: StreamStatus | undefined, now: number): string[] {
	return [status?.detail, status?.advice, ageLine(status, now)].filter(
		(line) => line !== null && line !== undefined
	);
}

function ageLine(status: StreamStatus | undefined, now: number): string {
	const last = status?.lastFrameAt ? `Last picture ${timeOfDay(status.lastFrameAt)}` : 'No picture yet';
	return `${last}. ${attemptWords(status, now)}`;
}

function failed(
	word: 'stream_error' | 'worker_down',
	record: RecordPart,
	status: StreamStatus | undefined,
	now: number
): PictureState {
	const fallback =
		word === 'worker_down' ? 'The worker running this camera stopped' : 'This camera gives no picture';
	const title = status?.detail ?? record.last_error ?? fallback;
	return {
		kind: 'failed',
		word,
		title,
		lines: [status?.advice ?? '', historyLine(status, now)].filter(Boolean)
	};
}

/** "Last picture 14:18:52, 13 min ago. Attempt 4 in 12 s." */
export function historyLine(status: StreamStatus | undefined, now: number): string {
	if (!status) return '';
	const last = status.lastFrameAt
		? `Last picture ${timeOfDay(status.lastFrameAt)}, ${duration(secondsSince(status.lastFrameAt, now))} ago.`
		: 'No picture yet.';
	return `${last} ${attemptWords(status, now)}`.trim();
}

function attemptWords(status: StreamStatus | undefined, now: number): string {
	if (!status) return '';
	const ahead = status.retryAt ? Math.ceil(-secondsSince(status.retryAt, now)) : 0;
	if (ahead > 0) return `Attempt ${status.attempt + 1} in ${duration(ahead)}.`;
	return status.attempt > 0 ? `Trying now, attempt ${status.attempt}.` : '';
}
