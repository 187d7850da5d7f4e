// Decisions about messages, without database and clock: what is read of one, and what becomes of one that failed.
import type { z } from 'zod';
import type { ProblemCode } from '#lib/contracts/problem.ts';

export type Reading<T> = { ok: true; message: T } | { ok: false; reason: string };

/** A message as its schema has it, or why it is none, in words. */
export function read<S extends z.ZodType>(data: Uint8Array, schema: S): Reading<z.infer<S>> {
	const text = textOf(data);
	if (text === null) return { ok: false, reason: 'It is no text in UTF-8.' };
	let given: unknown;
	try {
		given = JSON.parse(text);
	} catch {
		return { ok: false, reason: 'It is no JSON.' };
	}
	const parsed = schema.safeParse(given);
	if (parsed.success) return { ok: true, message: parsed.data };
	const [issue] = parsed.error.issues;
	const where = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
	return { ok: false, reason: `It is nothing this version knows. ${where}${issue?.message ?? ''}`.trim() };
}

function textOf(data: Uint8Array): string | null {
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(data);
	} catch {
		return null;
	}
}

/** Bytes of a message that are kept of it. */
export const KEPT_BYTES = 64 * 1024;

/** A message's payload for people to look at: as it came, cut; base64 where it is no text, or none that PostgreSQL stores. */
export function shown(data: Uint8Array): string {
	const text = textOf(data);
	if (text === null || text.includes('\0'))
		return Buffer.from(data.subarray(0, KEPT_BYTES)).toString('base64');
	// A character that the cut went through is left out.
	return new TextDecoder('utf-8').decode(data.subarray(0, KEPT_BYTES)).replace(/\uFFFD$/, '');
}

/** `outage`: the database's fault and not the message's. `refused`: the same will be refused again. `failed`: who knows. */
export type FailureKind = 'outage' | 'refused' | 'failed';

const REFUSALS: readonly ProblemCode[] = [
	...['invalid_input', 'bad_json', 'not_found', 'conflict', 'in_use', 'forbidden'],
	...['not_supported', 'model_unusable', 'payload_too_large']
] as ProblemCode[];

/** Whether the same again is refused again. */
export const isRefusal = (code: ProblemCode): boolean => REFUSALS.includes(code);

/** Failures of one message, for another reason than an outage, after which it is set aside. */
export const MAX_FAILURES = 5;

export interface Waits {
	/** After the first failure, the second, … */
	failedMs: readonly number[];
	outageMs: number;
}

export const WAITS: Waits = { failedMs: [500, 2000, 5000, 15_000], outageMs: 2000 };

export type Fate = 'park' | { againInMs: number };

/** `failures` of this message so far, this one included, without outages. */
export function fateOf(kind: FailureKind, failures: number, { failedMs, outageMs }: Waits): Fate {
	switch (kind) {
		case 'outage':
			return { againInMs: outageMs };
		case 'refused':
			return 'park';
		case 'failed':
			return failures >= MAX_FAILURES ? 'park' : { againInMs: failedMs[failures - 1] ?? outageMs };
	}
}
