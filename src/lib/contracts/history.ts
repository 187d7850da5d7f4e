// A stream's past: its activations, as GET /streams/{id}/runs answers them, and how much of it is asked for.
import { z } from 'zod';
import { FAILURE_CODES } from './failure.ts';
import { RUN_STATES } from './run.ts';

export const runTransition = z.object({
	from: z.enum(RUN_STATES),
	to: z.enum(RUN_STATES),
	at: z.iso.datetime(),
	detail: z.string().nullable().describe('the cause in words, for error'),
	code: z.enum(FAILURE_CODES).nullable()
});
export type RunTransition = z.infer<typeof runTransition>;

export const runRecord = z.object({
	id: z.uuid(),
	stream_id: z.uuid(),
	instance: z.string(),
	state: z.enum(RUN_STATES),
	started_at: z.iso.datetime(),
	live_at: z.iso.datetime().nullable().describe('first picture'),
	ended_at: z.iso.datetime().nullable(),
	last_error: z.string().nullable().describe('the last failure, kept after the run has ended'),
	error_code: z.enum(FAILURE_CODES).nullable(),
	transitions: z.array(runTransition).describe('the newest 50, oldest first')
});
export type RunRecord = z.infer<typeof runRecord>;

const tail = (standard: number, most: number, of: string) =>
	z.coerce.number().int().min(1).max(most).default(standard).describe(`how many ${of}, the newest`);

export const runsQuery = z.strictObject({ tail: tail(20, 100, 'runs') });
export const activityQuery = z.strictObject({ tail: tail(160, 1000, 'lines') });
