// The document, the route files and the reference pages say the same.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROBLEM_CODES } from '#lib/contracts/problem.ts';
import { openApiDocument } from './index.ts';
import { CHAPTERS, METHODS } from './operations.ts';
import { referencePages } from './markdown.ts';

const root = path.join(import.meta.dirname, '../../../..');
const document = openApiDocument('1.2.3');
const operations = CHAPTERS.flatMap((chapter) => chapter.operations);

interface Handler {
	call: string;
	role: string | undefined;
	source: string;
}

/** Every handler of the files under src/routes/api/v1, with the role it asks for. */
function handlers(): Handler[] {
	return globSync('src/routes/api/v1/**/+server.ts', { cwd: root }).flatMap((file) => {
		const source = readFileSync(path.join(root, file), 'utf8');
		const route = file
			.replace(/^src\/routes/, '')
			.replace(/\/\+server\.ts$/, '')
			.replaceAll(/\[(\w+)\]/g, '{$1}');
		return METHODS.filter((method) => new RegExp(`export const ${method}\\b`).test(source)).map((method) => ({
			call: `${method} ${route}`,
			role: new RegExp(`export const ${method} = endpoint\\(\\s*\\{\\s*role: '(\\w+)'`).exec(source)?.[1],
			source: new RegExp(`export const ${method} = [^;]*?\\}`).exec(source)?.[0] ?? ''
		}));
	});
}

describe('the document and the routes', () => {
	const documented = operations.filter((operation) => operation.path.startsWith('/api/v1/'));

	it('name the same calls', () => {
		const calls = documented.map(({ method, path: route }) => `${method} ${route}`);
		expect(
			handlers()
				.map(({ call }) => call)
				.sort()
		).toEqual(calls.sort());
		expect(new Set(calls).size).toBe(calls.length);
	});

	it('ask for the same roles', () => {
		const roles = Object.fromEntries(
			documented.map(({ method, path: route, role }) => [`${method} ${route}`, role])
		);
		expect(Object.fromEntries(handlers().map(({ call, role }) => [call, role]))).toEqual(roles);
	});

	it('take a body and a query at the same places', () => {
		const told = documented.map(({ method, path: route, body, query }) => [
			`${method} ${route}`,
			body !== undefined,
			query !== undefined
		]);
		const done = handlers().map(({ call, source }) => [
			call,
			/\bbody: \w/.test(source),
			/\bquery\b/.test(source)
		]);
		expect(done.sort()).toEqual(told.sort());
	});
});

describe('the document', () => {
	const text = JSON.stringify(document);

	it('refers only to what it holds', () => {
		const refs = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
		expect(refs.length).toBeGreaterThan(100);
		for (const [, group, name] of refs) {
			expect(document.components[group as 'schemas' | 'responses'], `${group}/${name}`).toHaveProperty(name!);
		}
		expect(text.match(/\$ref/g)).toHaveLength(refs.length);
	});

	it('gives every call a name of its own and every path its parameters', () => {
		const all = Object.entries(document.paths).flatMap(([route, methods]) =>
			Object.values(methods).map((operation) => ({ route, operation }))
		);
		const ids = all.map(({ operation }) => operation.operationId);
		expect(new Set(ids).size).toBe(ids.length);
		for (const { route, operation } of all) {
			const named = ((operation.parameters ?? []) as { name: string; in: string }[]).filter(
				(parameter) => parameter.in === 'path'
			);
			expect(named.map(({ name }) => `{${name}}`)).toEqual(route.match(/\{\w+\}/g) ?? []);
		}
	});

	it('describes the fields of a stream with their limits, defaults and units', () => {
		const { properties, required, additionalProperties } = document.components.schemas.StreamInput as {
			properties: Record<string, unknown>;
			required: string[];
			additionalProperties: boolean;
		};
		expect(required).toEqual(['name', 'rtsp_url']);
		expect(additionalProperties).toBe(false);
		expect(properties.fps).toEqual({
			type: 'number',
			minimum: 1,
			maximum: 30,
			default: 10,
			description: 'analysed frames a second'
		});
		expect(properties.analysis_width).toMatchObject({ minimum: 160, maximum: 1920, default: 640 });
		expect((document.components.schemas.StreamPatch as { required?: string[] }).required).toBeUndefined();
	});

	it('knows every problem code', () => {
		expect(Object.keys(document.components.responses).sort()).toEqual(Object.keys(PROBLEM_CODES).sort());
	});
});

describe('the reference pages', () => {
	it.each(Object.entries(referencePages()))('%s is as `npm run docs:generate` writes it', (file, text) => {
		expect(readFileSync(path.join(root, file), 'utf8')).toBe(text);
	});
});
