// The OpenAPI document as the page reads it: chapters of calls, each with what it takes and answers.
import type { Role } from '#lib/contracts/account.ts';

export interface Schema {
	$ref?: string;
	type?: string | string[];
	const?: unknown;
	enum?: unknown[];
	anyOf?: Schema[];
	oneOf?: Schema[];
	allOf?: Schema[];
	items?: Schema | false;
	prefixItems?: Schema[];
	properties?: Record<string, Schema>;
	required?: string[];
	additionalProperties?: Schema | boolean;
	format?: string;
	description?: string;
	default?: unknown;
	minimum?: number;
	maximum?: number;
	minLength?: number;
	maxLength?: number;
	examples?: unknown[];
}

export interface Parameter {
	name: string;
	in: 'path' | 'query' | 'header';
	required: boolean;
	description: string;
	schema: Schema;
}

export interface AnswerSpec {
	status: string;
	/** What it means, in paragraphs. */
	words: string;
	media: string | null;
	schema: Schema | null;
}

export interface Call {
	id: string;
	method: string;
	path: string;
	summary: string;
	words: string;
	role: Role | 'public';
	/** The secret of its own that it takes, in words; null where it takes none. */
	secret: string | null;
	parameters: Parameter[];
	/** `schema` is null where the body is a file. */
	body: { media: string; schema: Schema | null; words: string } | null;
	answers: AnswerSpec[];
}

export interface Chapter {
	title: string;
	words: string;
	calls: Call[];
}

export interface Spec {
	version: string;
	introduction: string;
	chapters: Chapter[];
	schemas: Record<string, Schema>;
}

interface DescribedAnswer {
	$ref?: string;
	description?: string;
	content?: Record<string, { schema?: Schema }>;
}

interface Described {
	operationId: string;
	tags: [string];
	summary: string;
	description: string;
	'x-role': Role | 'public';
	security?: Record<string, unknown>[];
	parameters?: (Omit<Parameter, 'required' | 'description'> & Partial<Parameter>)[];
	requestBody?: { description?: string; content: Record<string, { schema?: Schema }> };
	responses: Record<string, DescribedAnswer>;
}

export interface OpenApi {
	info: { version: string; description: string };
	tags: { name: string; description: string }[];
	paths: Record<string, Record<string, Described>>;
	components: {
		schemas: Record<string, Schema>;
		responses: Record<string, DescribedAnswer>;
		securitySchemes: Record<string, { description?: string }>;
	};
}

export function readSpec(document: OpenApi): Spec {
	const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, described]) => ({
			chapter: described.tags[0],
			call: readCall(document, method.toUpperCase(), path, described)
		}))
	);
	return {
		version: document.info.version,
		introduction: document.info.description,
		chapters: document.tags.map(({ name, description }) => ({
			title: name,
			words: description,
			calls: calls.filter(({ chapter }) => chapter === name).map(({ call }) => call)
		})),
		schemas: document.components.schemas
	};
}

function readCall({ components }: OpenApi, method: string, path: string, described: Described): Call {
	const scheme = Object.keys(described.security?.[0] ?? {})[0];
	const body = Object.entries(described.requestBody?.content ?? {})[0];
	return {
		id: described.operationId,
		method,
		path,
		summary: described.summary,
		words: described.description,
		role: described['x-role'],
		secret: (scheme && components.securitySchemes[scheme]?.description) ?? null,
		parameters: (described.parameters ?? []).map((parameter) => ({
			...parameter,
			required: parameter.required ?? false,
			description: parameter.description ?? ''
		})),
		body: body
			? { media: body[0], schema: body[1].schema ?? null, words: described.requestBody?.description ?? '' }
			: null,
		answers: Object.entries(described.responses).map(([status, answer]) =>
			readAnswer(status, answer.$ref ? (components.responses[lastOf(answer.$ref)] ?? answer) : answer)
		)
	};
}

function readAnswer(status: string, { description = '', content = {} }: DescribedAnswer): AnswerSpec {
	const [media, told] = Object.entries(content)[0] ?? [null, null];
	return { status, words: description, media, schema: told?.schema ?? null };
}

export const lastOf = (ref: string): string => ref.split('/').at(-1) ?? '';

/** The schema a reference means, and its name; others as they are. */
export function resolved(spec: Spec, schema: Schema): { name: string | null; schema: Schema } {
	if (schema.$ref === undefined) return { name: null, schema };
	const name = lastOf(schema.$ref);
	return { name, schema: spec.schemas[name] ?? {} };
}

/** The chapters with those of their calls that hold every word; all of them for no words. */
export function search(chapters: readonly Chapter[], text: string): Chapter[] {
	const words = text.toLowerCase().split(/\s+/).filter(Boolean);
	const holds = (title: string, { method, path, summary, words: told }: Call) => {
		const all = `${title} ${method} ${path} ${summary} ${told}`.toLowerCase();
		return words.every((word) => all.includes(word));
	};
	return chapters
		.map((chapter) => ({ ...chapter, calls: chapter.calls.filter((call) => holds(chapter.title, call)) }))
		.filter(({ calls }) => calls.length > 0);
}

/** What takes something away, or puts something else in its place: asked about before it is sent. */
export function endsSomething({ method, path }: Call): boolean {
	if (method === 'DELETE' || method === 'PUT') return true;
	return method === 'POST' && /\/(stop|deactivate|shutdown|sign-out)$/.test(path);
}
