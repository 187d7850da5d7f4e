// The reference pages docs/reference/api.md and errors.md, written from the same tables as the document.
import { FAILURE_CODES } from '#lib/contracts/failure.ts';
import { PROBLEM_CODES, type ProblemCode } from '#lib/contracts/problem.ts';
import { FAILURE_WORDS, PROBLEM_WORDS } from './codes.ts';
import { openApiDocument } from './document.ts';
import { CHAPTERS, problemsOf, type Operation } from './operations.ts';
import { ANSWERS, INPUTS } from './schemas.ts';

export const GENERATED =
	'<!-- Written by `npm run docs:generate`; change src/lib/server/openapi instead. -->';

/** Every generated page by its path in the project. */
export function referencePages(): Record<string, string> {
	return { 'docs/reference/api.md': apiPage(), 'docs/reference/errors.md': errorsPage() };
}

function apiPage(): string {
	return page([
		GENERATED,
		'# API',
		'Bodies are JSON. Sign in at `POST /api/auth/sign-in/email`, which sets a cookie, or send an API key as `Authorization: Bearer <key>`.',
		'Roles: `viewer` reads, `operator` also runs and tunes streams, `admin` everything; who creates, replaces or removes a stream, or changes its address, is an admin. Errors are problem documents with a stable `code`: see [errors](errors.md). The same as OpenAPI 3.1: `GET /api/v1/openapi.json`.',
		...CHAPTERS.flatMap(({ title, words, operations }) => [
			`## ${title}`,
			words,
			overview(operations),
			...operations.flatMap(details)
		]),
		'## Bodies',
		...bodyNames().flatMap((name) => [`### ${name}`, fieldsOf(name)]),
		'## Answers',
		'Every field is always there, unless it is told that it may be left out.',
		...Object.keys(ANSWERS).flatMap((name) => [`### ${name}`, answerFields(name)])
	]);
}

function overview(operations: Operation[]): string {
	const rows = operations.map(({ method, path, role, summary }) => [`\`${method} ${path}\``, role, summary]);
	return table(['call', 'role', 'does'], rows);
}

function details(operation: Operation): string[] {
	const { method, path, notes, body, query, ifMatch } = operation;
	const codes = problemsOf(operation).filter((code) => code !== 'internal' && code !== 'unavailable');
	return [
		`### ${method} ${path}`,
		[`${operation.summary}.`, notes].filter(Boolean).join(' '),
		...(query ? [parameterList(operation)] : []),
		[
			...(body ? [`Takes [${body}](#${body.toLowerCase()}).`] : []),
			...(ifMatch ? ['Takes `If-Match`.'] : []),
			`Answers ${answerWords(operation)}.`,
			...(codes.length > 0 ? [`Problems: ${codes.map((code) => `\`${code}\``).join(', ')}.`] : [])
		].join(' ')
	];
}

function answerWords({ answer }: Operation): string {
	if ('media' in answer) return `${answer.status} \`${answer.media}\``;
	if (!('schema' in answer)) return `${answer.status}`;
	const name = `[${answer.schema}](#${answer.schema.toLowerCase()})`;
	return `${answer.status} ${answer.list ? `a list of ${name}` : name}`;
}

export type Schema = {
	type?: string | string[];
	enum?: unknown[];
	const?: unknown;
	anyOf?: Schema[];
	items?: Schema;
	[limit: string]: unknown;
};

function parameterList({ method, path }: Operation): string {
	const operation = openApiDocument('').paths[path]?.[method.toLowerCase()] as {
		parameters: { name: string; in: string; required?: boolean; description?: string; schema: Schema }[];
	};
	const rows = operation.parameters
		.filter((parameter) => parameter.in === 'query')
		.map(({ name, required, description, schema }) => [
			`\`${name}\``,
			kind(schema),
			required ? 'required' : standard(schema),
			description ?? ''
		]);
	return table(['parameter', 'is', 'default', 'meaning'], rows);
}

function bodyNames(): string[] {
	const used = CHAPTERS.flatMap(({ operations }) => operations.map(({ body }) => body));
	return Object.keys(INPUTS).filter((name) => used.some((body) => body === name));
}

interface ObjectSchema {
	properties?: Record<string, Schema & Partial<ObjectSchema>>;
	required?: string[];
	oneOf?: ObjectSchema[];
	anyOf?: ObjectSchema[];
}

function fieldsOf(name: string): string {
	const schema = openApiDocument('').components.schemas[name] as ObjectSchema;
	if (schema.oneOf) return schema.oneOf.map(fieldsOfKind).join('\n\n');
	const partial = name.endsWith('Patch');
	const rows = Object.entries(schema.properties ?? {}).map(([field, property]) => [
		`\`${field}\``,
		kind(property),
		...(partial ? [] : [schema.required?.includes(field) ? 'required' : standard(property)]),
		typeof property.description === 'string' ? property.description : ''
	]);
	return table(partial ? ['field', 'is', 'meaning'] : ['field', 'is', 'default', 'meaning'], rows);
}

function answerFields(name: string): string {
	const schema = openApiDocument('').components.schemas[name] as ObjectSchema;
	return (schema.anyOf ?? [schema]).map(answerTable).join('\n\nOr:\n\n');
}

function answerTable({ properties = {}, required = [] }: ObjectSchema): string {
	const rows = Object.entries(properties).map(([field, property]) => [
		`\`${field}\``,
		`${kind(property)}${required.includes(field) ? '' : ', may be left out'}`,
		typeof property.description === 'string' ? property.description : ''
	]);
	return table(['field', 'is', 'meaning'], rows);
}

/** One of several forms that `type` tells apart: its own table, the fields of its `config` among the others. */
function fieldsOfKind(schema: ObjectSchema): string {
	const { type, config, ...common } = schema.properties ?? {};
	const nested = Object.entries(config?.properties ?? {}).map(
		([field, property]) => [`config.${field}`, property, config?.required?.includes(field)] as const
	);
	const plain = Object.entries(common).map(
		([field, property]) => [field, property, schema.required?.includes(field)] as const
	);
	const rows = [...plain, ...nested].map(([field, property, required]) => [
		`\`${field}\``,
		kind(property),
		required ? 'required' : standard(property),
		typeof property.description === 'string' ? property.description : ''
	]);
	return `With \`type\` \`${String(type?.const)}\`:\n\n${table(['field', 'is', 'default', 'meaning'], rows)}`;
}

function standard(schema: Schema): string {
	return schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;
}

/** "number 1…30", "text, 1…120 characters", "one of `a`, `b`", "… or null". */
export function kind(schema: Schema): string {
	if (schema.anyOf) return schema.anyOf.map(kind).join(' or ');
	if (schema.enum) return `one of ${schema.enum.map((value) => `\`${String(value)}\``).join(', ')}`;
	if (schema.const !== undefined) return `\`${String(schema.const)}\``;
	if (Array.isArray(schema.type)) return schema.type.map((type) => kind({ ...schema, type })).join(' or ');
	switch (schema.type) {
		case 'integer':
			return `whole number${range(schema.minimum, schema.maximum)}`;
		case 'number':
			return `number${range(schema.minimum, schema.maximum)}`;
		case 'string':
			return text(schema);
		case 'boolean':
			return 'true or false';
		case 'array':
			return schema.items ? `list of ${kind(schema.items)}` : 'list';
		default:
			return schema.type ?? 'any';
	}
}

function text({ format, minLength, maxLength }: Schema): string {
	const name = FORMATS[String(format)] ?? 'text';
	const length = name === 'uuid' ? '' : range(minLength, maxLength);
	return length === '' ? name : `${name},${length} characters`;
}

const FORMATS: Record<string, string> = {
	uri: 'web address',
	uuid: 'uuid',
	email: 'e-mail address',
	'date-time': 'moment'
};

function range(least: unknown, most: unknown): string {
	if (least === undefined && most === undefined) return '';
	if (least === undefined) return ` up to ${String(most)}`;
	return most === undefined ? ` from ${String(least)}` : ` ${String(least)}…${String(most)}`;
}

function errorsPage(): string {
	const problems = Object.entries(PROBLEM_CODES) as [ProblemCode, number][];
	return page([
		GENERATED,
		'# Errors',
		'## What the API answers',
		'Errors are `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail` (what happened, to what, and what to do), `code`, and for bad input `errors: [{path, message}]`. Codes are stable; texts are not.',
		table(
			['code', 'status', 'means', 'what to do'],
			problems.map(([code, status]) => [
				`\`${code}\``,
				String(status),
				PROBLEM_WORDS[code].meaning,
				PROBLEM_WORDS[code].remedy
			])
		),
		'## Why a stream gives no pictures',
		"In a stream's status and its runs as `code`, in a probe as `failure.code`.",
		table(
			['code', 'means', 'what to do'],
			FAILURE_CODES.map((code) => [`\`${code}\``, FAILURE_WORDS[code].meaning, FAILURE_WORDS[code].remedy])
		)
	]);
}

export function table(head: string[], rows: string[][]): string {
	const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
	return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export function page(blocks: string[]): string {
	return `${blocks.filter((block): block is string => block !== '').join('\n\n')}\n`;
}
