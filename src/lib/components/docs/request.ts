// A call with what somebody filled in, as a request and as a line for a terminal.
import { resolved, type Call, type Spec } from './spec.ts';

/** What is filled in: parameters by place and name, and the body as text or as a file. */
export interface Filled {
	/** By `path id`, `query limit`, `header If-Match`; empty ones are not sent. */
	parameters: Record<string, string>;
	text: string;
	file: File | null;
}

export interface Request {
	method: string;
	/** With its query, from the root. */
	path: string;
	headers: Record<string, string>;
	body: string | File | null;
}

export const keyOf = ({ in: where, name }: { in: string; name: string }): string => `${where} ${name}`;

/** What the fields hold at first: the body's example, and nothing else. */
export function blank(spec: Spec, call: Call): Filled {
	const schema = call.body?.schema && resolved(spec, call.body.schema).schema;
	const example = schema?.examples?.[0];
	return {
		parameters: {},
		text: example === undefined ? '' : JSON.stringify(example, null, 2),
		file: null
	};
}

/** The first thing that keeps it from being sent, in words; null when it can be. */
export function missing(call: Call, filled: Filled): string | null {
	const empty = call.parameters.find(
		(parameter) => parameter.required && !filled.parameters[keyOf(parameter)]
	);
	if (empty) return `Fill in ${empty.name}`;
	if (!call.body) return null;
	if (!call.body.schema) return filled.file ? null : 'Choose a file';
	return isJson(filled.text) ? null : 'The body is not JSON';
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

export function requestOf(call: Call, { parameters, text, file }: Filled): Request {
	const valueOf = (where: string, name: string) => parameters[`${where} ${name}`] ?? '';
	const path = call.path.replaceAll(/\{(\w+)\}/g, (braces, name: string) => {
		const value = valueOf('path', name);
		return value === '' ? braces : encodeURIComponent(value);
	});
	const query = new URLSearchParams();
	const headers: Record<string, string> = {};
	for (const { in: where, name } of call.parameters) {
		const value = valueOf(where, name);
		if (value === '') continue;
		if (where === 'query') query.set(name, value);
		if (where === 'header') headers[name] = value;
	}
	if (call.body) headers['Content-Type'] = call.body.schema ? call.body.media : file?.type || typeOf(call);
	return {
		method: call.method,
		path: query.size === 0 ? path : `${path}?${query}`,
		headers,
		body: call.body ? (call.body.schema ? text : file) : null
	};
}

/** A file of no known type goes as bytes. */
const typeOf = ({ body }: Call): string =>
	body && !body.media.includes('*') ? body.media : 'application/octet-stream';

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The same for a shell. The key stands as a variable: it is not for a screen. */
export function curlOf(call: Call, filled: Filled, origin: string): string {
	const { method, path, headers, body } = requestOf(call, filled);
	const open = call.role === 'public' && call.secret === null;
	const lines = [
		`curl ${method === 'GET' ? '' : `-X ${method} `}${quoted(origin + path)}`,
		...(open ? [] : [`-H "Authorization: Bearer $${call.secret === null ? 'VF_KEY' : 'VF_SECRET'}"`]),
		...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
		...(typeof body === 'string' ? [`--data-raw ${quoted(compact(body))}`] : []),
		...(call.body && !call.body.schema ? [`--data-binary ${quoted(`@${filled.file?.name ?? 'FILE'}`)}`] : [])
	];
	return lines.join(' \\\n  ');
}

function compact(text: string): string {
	return isJson(text) ? JSON.stringify(JSON.parse(text)) : text;
}
