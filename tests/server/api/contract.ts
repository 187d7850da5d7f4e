// Whether an answer is one that the document names: its status, its media type, its form, its headers.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { formats } from '#lib/server/openapi/testing/formats.ts';
import type { Answered, Call, Document, Schema } from './document.ts';

export interface Got {
	status: number;
	headers: Headers;
	/** As it came; empty for what has no end. */
	text: string;
}

export interface Contract {
	/** What is wrong with this answer to this call, in words; empty when it is as documented. */
	faults(call: Call, got: Got): string[];
}

export function createContract(document: Document): Contract {
	const ajv = new Ajv2020({ strict: false, allErrors: false });
	formats(ajv);
	ajv.addSchema({ $id: 'document', ...document });
	const checks = new Map<Schema, ValidateFunction>();

	function checkOf(schema: Schema): ValidateFunction {
		const known = checks.get(schema);
		if (known) return known;
		const text = JSON.stringify(schema).replaceAll('"#/components', '"document#/components');
		const made = ajv.compile(JSON.parse(text) as object);
		checks.set(schema, made);
		return made;
	}

	function bodyFaults(answered: Answered, got: Got): string[] {
		const type = (got.headers.get('content-type') ?? '').split(';')[0]!;
		if (!answered.content) return got.text === '' ? [] : ['has a body, and should have none'];
		const told = answered.content[type];
		if (!told) return [`is ${type || 'of no type'}, not ${Object.keys(answered.content).join(' or ')}`];
		if (!told.schema || !type.endsWith('json')) return [];
		const check = checkOf(told.schema);
		if (check(JSON.parse(got.text))) return [];
		return [`has another form: ${ajv.errorsText(check.errors)}: ${got.text.slice(0, 300)}`];
	}

	return {
		faults(call, got) {
			const answered = call.responses[got.status];
			if (!answered) return [`answers ${got.status}, which is not documented: ${got.text.slice(0, 300)}`];
			return [
				...(got.status === 500 ? [`answers 500: ${got.text.slice(0, 300)}`] : []),
				...(got.headers.has('x-request-id') ? [] : ['has no X-Request-Id']),
				...('ETag' in (answered.headers ?? {}) && !got.headers.has('etag') ? ['has no ETag'] : []),
				...(got.status === 429 && !got.headers.has('retry-after') ? ['has no Retry-After'] : []),
				...bodyFaults(answered, got)
			];
		}
	};
}
