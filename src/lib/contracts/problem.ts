// Errors as the API tells them (RFC 9457) and the complete list of their codes.

/** Every code the API can answer, with its HTTP status. A test holds docs and code to this list. */
export const PROBLEM_CODES = {
	invalid_input: 400,
	bad_json: 400,
	unauthenticated: 401,
	forbidden: 403,
	not_found: 404,
	method_not_allowed: 405,
	conflict: 409,
	in_use: 409,
	payload_too_large: 413,
	model_unusable: 422,
	rate_limited: 429,
	internal: 500,
	not_supported: 501,
	source_unavailable: 502,
	unavailable: 503,
	capacity_reached: 503,
	no_picture: 503,
	storage_full: 507
} as const;
export type ProblemCode = keyof typeof PROBLEM_CODES;

export interface Problem {
	/** `about:blank#<code>` */
	type: string;
	title: string;
	status: number;
	/** What happened, to what, and what to do. */
	detail: string;
	code: ProblemCode;
	errors?: { path: string; message: string }[];
}
