// What an operation answers: its success, and every problem by status with the codes it may have.
import { PROBLEM_CODES, type ProblemCode } from '#lib/contracts/problem.ts';
import { PROBLEM_WORDS } from './codes.ts';
import { CHAPTERS, problemsOf, type Operation } from './operations.ts';
import { json, schemaRef, type Json } from './plain.ts';

export function responsesOf(operation: Operation): Json {
	const { answer } = operation;
	const also = 'schema' in answer && answer.also;
	return {
		[answer.status]: success(operation),
		...problems(operation),
		...(also && { [also]: success(operation) })
	};
}

function success(operation: Operation): Json {
	const { answer } = operation;
	if ('media' in answer) return { description: answer.words, content: { [answer.media]: {} } };
	if (!('schema' in answer)) return { description: 'Done' };
	const ref = { $ref: schemaRef(answer.schema) };
	const schema = answer.list ? { type: 'array', items: ref } : ref;
	return {
		description: answer.list ? `A list of ${answer.schema}` : answer.schema,
		...(isVersioned(operation) && { headers: ETAG }),
		content: { ...json(schema), ...(givesCsv(operation) && CSV) }
	};
}

const ETAG: Json = {
	ETag: { description: 'the version, for `If-Match`', schema: { type: 'string' } }
};
const RETRY_AFTER: Json = {
	'Retry-After': { description: 'seconds after which trying again makes sense', schema: { type: 'integer' } }
};
const CSV: Json = { 'text/csv': { schema: { type: 'string', description: 'a header row, then the same' } } };

/** What takes `If-Match` tells its version wherever it is answered by itself. */
function isVersioned({ path, method }: Operation): boolean {
	const versioned = CHAPTERS.some(({ operations }) =>
		operations.some((operation) => operation.path === path && operation.ifMatch)
	);
	return versioned && method !== 'DELETE';
}

const givesCsv = ({ query }: Operation) => query !== undefined && 'format' in query.shape;

/** One answer a status; where codes share one, its description tells them apart. */
function problems(operation: Operation): Json {
	const byStatus = new Map<number, ProblemCode[]>();
	for (const code of problemsOf(operation)) {
		byStatus.set(PROBLEM_CODES[code], [...(byStatus.get(PROBLEM_CODES[code]) ?? []), code]);
	}
	const entries = [...byStatus]
		.sort(([a], [b]) => a - b)
		.map(([status, codes]) => [
			status,
			codes.length === 1 ? { $ref: `#/components/responses/${codes[0]}` } : problemAnswer(codes)
		]);
	return Object.fromEntries(entries) as Json;
}

/** A problem with one of these codes, which share a status. */
export function problemAnswer(codes: ProblemCode[]): Json {
	const narrowed = { properties: { code: { enum: codes } } };
	const status = PROBLEM_CODES[codes[0]!];
	return {
		description: codes.map((code) => `\`${code}\`: ${PROBLEM_WORDS[code].meaning}`).join('\n\n'),
		...([429, 503].includes(status) && { headers: RETRY_AFTER }),
		content: {
			'application/problem+json': { schema: { allOf: [{ $ref: schemaRef('Problem') }, narrowed] } }
		}
	};
}
