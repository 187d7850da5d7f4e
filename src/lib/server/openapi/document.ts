// The OpenAPI 3.1 document, made of the table of operations and the schemas that validate.
import { z } from 'zod';
import { PROBLEM_CODES, type ProblemCode } from '#lib/contracts/problem.ts';
import { CHAPTERS, problemsOf, type Operation } from './operations.ts';
import { ANSWERS, INPUTS } from './schemas.ts';

type Json = Record<string, unknown>;

export interface OpenApiDocument {
	openapi: '3.1.1';
	info: Json;
	servers: Json[];
	tags: { name: string }[];
	security: Json[];
	/** By path, then by method in lower case. */
	paths: Record<string, Record<string, Json>>;
	components: { schemas: Json; responses: Json; securitySchemes: Json };
}

export function openApiDocument(version: string): OpenApiDocument {
	return {
		openapi: '3.1.1',
		info: {
			title: 'Vector Flow',
			version,
			description:
				'Multi-camera video analytics. Sign in at `/api/auth/sign-in/email`, or send an API key. Roles: `viewer` reads, `operator` also runs and tunes streams, `admin` everything. Errors are RFC 9457 problem documents with a stable `code`.',
			license: { name: 'Apache-2.0', identifier: 'Apache-2.0' }
		},
		servers: [{ url: '/' }],
		tags: CHAPTERS.map(({ title }) => ({ name: title })),
		security: [{ session: [] }, { apiKey: [] }],
		paths: paths(),
		components: {
			schemas: { ...schemas(INPUTS, 'input'), ...schemas(ANSWERS, 'output') },
			responses: problemResponses(),
			securitySchemes: {
				session: { type: 'apiKey', in: 'cookie', name: 'vector-flow.session_token' },
				apiKey: { type: 'http', scheme: 'bearer', description: 'A key made at POST /api/v1/api-keys' }
			}
		}
	};
}

function paths(): OpenApiDocument['paths'] {
	const all: OpenApiDocument['paths'] = {};
	for (const { title, operations } of CHAPTERS) {
		for (const operation of operations) {
			(all[operation.path] ??= {})[operation.method.toLowerCase()] = describe(operation, title);
		}
	}
	return all;
}

function describe(operation: Operation, tag: string): Json {
	const parameters = [
		...pathParameters(operation.path),
		...queryParameters(operation.query),
		...headerParameters(operation)
	];
	return {
		operationId: operationId(operation),
		tags: [tag],
		summary: operation.summary,
		description: [operation.notes, `Role: ${operation.role}.`].filter(Boolean).join(' '),
		...(operation.role === 'public' && { security: [] }),
		...(parameters.length > 0 && { parameters }),
		...(operation.body && {
			requestBody: { required: true, content: json({ $ref: schemaRef(operation.body) }) }
		}),
		...(operation.upload && {
			requestBody: {
				required: true,
				description: operation.upload.words,
				content: { [operation.upload.media]: {} }
			}
		}),
		responses: { [operation.answer.status]: success(operation), ...problems(operation) }
	};
}

/** `get_streams_id_runs`: stable, unique, and a fair name for a generated method. */
function operationId({ method, path }: Operation): string {
	const words = path.replace(/^\/api\/(v1\/)?/, '').split(/[^a-zA-Z0-9]+/);
	return [method.toLowerCase(), ...words.filter(Boolean)].join('_');
}

function pathParameters(path: string): Json[] {
	const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
	return names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
}

function queryParameters(query: z.ZodObject | undefined): Json[] {
	if (!query) return [];
	const { properties = {}, required = [] } = plain(z.toJSONSchema(query, { io: 'input' })) as {
		properties?: Record<string, Json>;
		required?: string[];
	};
	return Object.entries(properties).map(([name, { description, ...schema }]) => ({
		name,
		in: 'query',
		required: required.includes(name),
		...(description !== undefined && { description }),
		schema
	}));
}

function headerParameters({ ifMatch }: Operation): Json[] {
	if (!ifMatch) return [];
	return [
		{
			name: 'If-Match',
			in: 'header',
			description: 'the ETag last read; another one now is a conflict',
			schema: { type: 'string' }
		}
	];
}

function success({ answer }: Operation): Json {
	if ('media' in answer) return { description: answer.words, content: { [answer.media]: {} } };
	if (!('schema' in answer)) return { description: 'Done' };
	const ref = { $ref: schemaRef(answer.schema) };
	const schema = answer.list ? { type: 'array', items: ref } : ref;
	return { description: answer.schema, content: json(schema) };
}

/** One answer a status; where codes share one, its description names them. */
function problems(operation: Operation): Json {
	const byStatus = new Map<number, ProblemCode[]>();
	for (const code of problemsOf(operation)) {
		byStatus.set(PROBLEM_CODES[code], [...(byStatus.get(PROBLEM_CODES[code]) ?? []), code]);
	}
	const entries = [...byStatus]
		.sort(([a], [b]) => a - b)
		.map(([status, codes]) => [status, problemAnswer(codes)]);
	return Object.fromEntries(entries) as Json;
}

function problemAnswer(codes: ProblemCode[]): Json {
	if (codes.length === 1) return { $ref: `#/components/responses/${codes[0]}` };
	return { description: codes.join(', '), content: problemContent() };
}

function problemResponses(): Json {
	const codes = Object.keys(PROBLEM_CODES);
	return Object.fromEntries(codes.map((code) => [code, { description: code, content: problemContent() }]));
}

function problemContent(): Json {
	return { 'application/problem+json': { schema: { $ref: schemaRef('Problem') } } };
}

function json(schema: Json): Json {
	return { 'application/json': { schema } };
}

function schemaRef(name: string): string {
	return `#/components/schemas/${name}`;
}

function schemas(named: Record<string, z.ZodType>, io: 'input' | 'output'): Json {
	return Object.fromEntries(
		Object.entries(named).map(([name, schema]) => [name, plain(z.toJSONSchema(schema, { io }))])
	);
}

/** Without the dialect, which the document names for all, and without limits that only say "a safe integer". */
export function plain(schema: object): Json {
	const text = JSON.stringify(schema, (key, value: unknown) => {
		if (key === '$schema') return undefined;
		if ((key === 'minimum' || key === 'maximum') && Math.abs(value as number) === Number.MAX_SAFE_INTEGER)
			return undefined;
		return value;
	});
	return JSON.parse(text) as Json;
}
