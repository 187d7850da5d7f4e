// What a record needs on its way over HTTP and back: its version as an ETag, and fields that only the server writes.
import { z } from 'zod';

interface Versioned {
	updated_at: string;
}

/** The record as JSON, with its `updated_at` as ETag for a later `If-Match`. */
export function withEtag(record: Versioned): Response {
	return new Response(JSON.stringify(record), {
		headers: {
			'content-type': 'application/json',
			'cache-control': 'no-store',
			etag: `"${record.updated_at}"`
		}
	});
}

/** The version a client names in `If-Match`; none when it does not care. */
export function ifMatch(request: Request): { ifUpdatedAt?: string } {
	const header = request.headers.get('if-match')?.trim();
	if (header === undefined || header === '' || header === '*') return {};
	return { ifUpdatedAt: header.replace(/^W\//, '').replace(/^"|"$/g, '') };
}

const READ_ONLY = [
	'id',
	'ephemeral',
	'state',
	'last_error',
	'last_heartbeat',
	'instance',
	'worker_started_at',
	'created_at',
	'updated_at'
];

/**
 * Reads a body as the schema does, but for the fields only the server writes (`more` are those of this record alone):
 * a record that was read can be sent back.
 */
export function ignoringReadOnly<T extends z.ZodType>(schema: T, more: readonly string[] = []) {
	const readOnly = new Set([...READ_ONLY, ...more]);
	return z.preprocess((body) => (isObject(body) ? without(body, readOnly) : body), schema);
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function without(body: Record<string, unknown>, readOnly: ReadonlySet<string>): Record<string, unknown> {
	return Object.fromEntries(Object.entries(body).filter(([key]) => !readOnly.has(key)));
}
