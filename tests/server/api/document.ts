// The OpenAPI document as the tests read it: one entry a call, references followed.
import type { Method } from '#lib/server/openapi/operations.ts';

export interface Schema {
	$ref?: string;
	type?: string | string[];
	const?: unknown;
	enum?: unknown[];
	anyOf?: Schema[];
	oneOf?: Schema[];
	format?: string;
	pattern?: string;
	minimum?: number;
	maximum?: number;
	minLength?: number;
	maxLength?: number;
	minItems?: number;
	maxItems?: number;
	items?: Schema | false;
	prefixItems?: Schema[];
	properties?: Record<string, Schema>;
	required?: string[];
	additionalProperties?: Schema | boolean;
	propertyNames?: Schema;
	examples?: unknown[];
	[more: string]: unknown;
}

interface Parameter {
	name: string;
	in: 'path' | 'query' | 'header';
	required?: boolean;
	schema: Schema;
}

export interface Answered {
	$ref?: string;
	headers?: Record<string, unknown>;
	content?: Record<string, { schema?: Schema }>;
}

export interface Call {
	/** `GET /api/v1/streams/{id}` */
	name: string;
	method: Method;
	path: string;
	role: string;
	/** The secret of its own that it takes; null where it takes none. */
	token: string | null;
	parameters: Parameter[];
	/** Media type and schema of the body; null where there is none. */
	body: { media: string; schema: Schema | null } | null;
	responses: Record<string, Answered>;
}

interface Described {
	'x-role': string;
	security?: Record<string, string[]>[];
	parameters?: Parameter[];
	requestBody?: { content: Record<string, { schema?: Schema }> };
	responses: Record<string, Answered>;
}

export interface Document {
	paths: Record<string, Record<string, Described>>;
	components: { schemas: Record<string, Schema>; responses: Record<string, Answered> };
}

export function callsOf(document: Document): Call[] {
	return Object.entries(document.paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, described]) => {
			const content = Object.entries(described.requestBody?.content ?? {})[0];
			const responses = Object.entries(described.responses).map(
				([status, answered]) => [status, answeredBy(document, answered)] as const
			);
			return {
				name: `${method.toUpperCase()} ${path}`,
				method: method.toUpperCase() as Method,
				path,
				role: described['x-role'],
				token: Object.keys(described.security?.[0] ?? {})[0] ?? null,
				parameters: described.parameters ?? [],
				body: content ? { media: content[0], schema: content[1].schema ?? null } : null,
				responses: Object.fromEntries(responses)
			};
		})
	);
}

function answeredBy({ components }: Document, { $ref, ...answered }: Answered): Answered {
	return $ref ? components.responses[$ref.split('/').at(-1)!]! : answered;
}

export function schemaOf({ components }: Document, schema: Schema): Schema {
	return schema.$ref ? components.schemas[schema.$ref.split('/').at(-1)!]! : schema;
}
