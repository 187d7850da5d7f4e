// The OpenAPI 3.1 document, made of the table of operations and the schemas that validate.
import { z } from 'zod';
import { PROBLEM_CODES, type ProblemCode } from '#lib/contracts/problem.ts';
import { exampleOf } from './examples.ts';
import { CHAPTERS, type Operation } from './operations.ts';
import { parametersOf } from './parameters.ts';
import { json, plain, schemaRef, type Json } from './plain.ts';
import { INTRODUCTION } from './introduction.ts';
import { problemAnswer, responsesOf } from './responses.ts';
import { ANSWERS, INPUTS } from './schemas.ts';

export { plain } from './plain.ts';

export interface OpenApiDocument {
	openapi: '3.1.1';
	info: Json;
	servers: Json[];
	tags: { name: string; description: string }[];
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
			description: INTRODUCTION,
			license: { name: 'Apache-2.0', identifier: 'Apache-2.0' }
		},
		servers: [{ url: '/', description: 'The server this document came from' }],
		tags: CHAPTERS.map(({ title, words }) => ({ name: title, description: words })),
		security: [{ session: [] }, { apiKey: [] }],
		paths: paths(),
		components: {
			schemas: { ...schemas(INPUTS, 'input'), ...schemas(ANSWERS, 'output') },
			responses: problemResponses(),
			securitySchemes: SECURITY_SCHEMES
		}
	};
}

const SECURITY_SCHEMES: Json = {
	session: {
		type: 'apiKey',
		in: 'cookie',
		name: 'vector-flow.session_token',
		description:
			'Set by POST /api/auth/sign-in/email. Over https its name begins with `__Secure-`. What changes something must come from a page of the server itself.'
	},
	apiKey: {
		type: 'http',
		scheme: 'bearer',
		description: 'A key made at POST /api/v1/api-keys, or in the settings. It has a role of its own.'
	},
	metricsToken: {
		type: 'http',
		scheme: 'bearer',
		description: 'VF_METRICS_TOKEN. Where it is unset, programs on the same machine need none.'
	},
	webhookToken: {
		type: 'http',
		scheme: 'bearer',
		description: 'VF_WEBHOOK_TOKEN, as the bearer, as the password of Basic, or as `?token=`.'
	}
};

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
	const { role, notes } = operation;
	const parameters = parametersOf(operation);
	const body = requestBody(operation);
	return {
		operationId: operationId(operation),
		tags: [tag],
		summary: operation.summary,
		description: [notes, roleWords(operation)].filter(Boolean).join(' '),
		'x-role': role,
		...(role === 'public' && { security: securityOf(operation) }),
		...(parameters.length > 0 && { parameters }),
		...(body && { requestBody: body }),
		responses: responsesOf(operation)
	};
}

/** The webhook's secret is always asked for; that of the metrics, where there is one. */
function securityOf({ token }: Operation): Json[] {
	if (!token) return [];
	return token === 'webhookToken' ? [{ [token]: [] }] : [{ [token]: [] }, {}];
}

function roleWords({ role, token }: Operation): string {
	if (role !== 'public') return `Role: ${role}.`;
	return token ? 'No role; a secret of its own.' : 'Open without signing in.';
}

function requestBody({ body, upload }: Operation): Json | undefined {
	if (body) return { required: true, content: json({ $ref: schemaRef(body) }) };
	if (upload) return { required: true, description: upload.words, content: { [upload.media]: {} } };
	return undefined;
}

/** `get_streams_id_runs`: stable, unique, and a fair name for a generated method. */
function operationId({ method, path }: Operation): string {
	const words = path.replace(/^\/api\/(v1\/)?/, '').split(/[^a-zA-Z0-9]+/);
	return [method.toLowerCase(), ...words.filter(Boolean)].join('_');
}

function problemResponses(): Json {
	const codes = Object.keys(PROBLEM_CODES) as ProblemCode[];
	return Object.fromEntries(codes.map((code) => [code, problemAnswer([code])]));
}

function schemas(named: Record<string, z.ZodType>, io: 'input' | 'output'): Json {
	return Object.fromEntries(
		Object.entries(named).map(([name, zod]) => {
			const schema = plain(z.toJSONSchema(zod, { io }));
			return [name, { ...schema, examples: [exampleOf(name, schema)] }];
		})
	);
}
