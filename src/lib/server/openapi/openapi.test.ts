// The document, the route files and the reference pages say the same.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { PROBLEM_CODES } from '#lib/contracts/problem.ts';
import { openApiDocument } from './index.ts';
import { CHAPTERS, METHODS } from './operations.ts';
import { referencePages } from './markdown.ts';
import { formats } from './testing/formats.ts';

const root = path.join(import.meta.dirname, '../../../..');
const document = openApiDocument('1.2.3');
const operations = CHAPTERS.flatMap((chapter) => chapter.operations);

interface Handler {
	call: string;
	role: string | undefined;
	source: string;
}

/** Better Auth answers there; which of its routes are open, the gateway of the auth room says. */
const SIGN_IN = 'src/routes/api/auth';

/** Every handler of the files under src/routes, with the role it asks for. */
function handlers(): Handler[] {
	const files = globSync('src/routes/**/+server.ts', { cwd: root });
	return files.filter(isOurs).flatMap((file) => {
		const source = readFileSync(path.join(root, file), 'utf8');
		const route = file
			.replace(/^src\/routes/, '')
			.replace(/\/\+server\.ts$/, '')
			.replaceAll(/\/\(\w+\)/g, '')
			.replaceAll(/\[(\w+)\]/g, '{$1}');
		return METHODS.filter((method) => new RegExp(`export const ${method}\\b`).test(source)).map((method) => ({
			call: `${method} ${route}`,
			role: new RegExp(`export const ${method} = endpoint\\(\\s*\\{\\s*role: '(\\w+)'`).exec(source)?.[1],
			source: new RegExp(`export const ${method} = [^;]*?\\}`).exec(source)?.[0] ?? ''
		}));
	});
}

const isOurs = (file: string) => !file.startsWith(SIGN_IN);

describe('the document and the routes', () => {
	const documented = operations.filter((operation) => !operation.path.startsWith('/api/auth/'));

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

describe('a stranger', () => {
	const ajv = new Ajv2020({ strict: false, allErrors: true });
	formats(ajv);
	ajv.addSchema({ $id: 'document', ...document });

	it('reads a document that is OpenAPI 3.1 by its own schema', async () => {
		const { valid, errors } = await new Validator().validate(
			JSON.parse(JSON.stringify(document)) as Record<string, unknown>
		);
		expect(errors ?? []).toEqual([]);
		expect(valid).toBe(true);
	});

	it.each(Object.keys(document.components.schemas))('gets an example of %s that it takes', (name) => {
		const check = ajv.compile({ $ref: `document#/components/schemas/${name}` });
		const { examples } = document.components.schemas[name] as { examples: unknown[] };
		expect(check(examples[0]), JSON.stringify(check.errors)).toBe(true);
	});

	it('is told what every chapter is about, and every parameter of a path', () => {
		for (const { title, words } of CHAPTERS) expect(words, title).toMatch(/^[A-Z].{20,}\.$/s);
		for (const [, methods] of Object.entries(document.paths)) {
			for (const { parameters = [] } of Object.values(methods)) {
				for (const parameter of parameters as { in: string; name: string; description?: string }[])
					if (parameter.in === 'path') expect(parameter.description, parameter.name).toMatch(/^the \w+/);
			}
		}
	});

	it('is told how to prove who they are, call by call', () => {
		const schemes = Object.keys(document.components.securitySchemes);
		expect(schemes).toEqual(['session', 'apiKey', 'metricsToken', 'webhookToken']);
		for (const { role, path: route, method, token } of operations) {
			const told = document.paths[route]?.[method.toLowerCase()]?.security;
			// The metrics may be open; the webhook never is.
			const open = token === 'metricsToken' ? [{}] : [];
			const own = token ? [{ [token]: [] }, ...open] : [];
			expect(told, route).toEqual(role === 'public' ? own : undefined);
		}
	});
});

describe('the reference pages', () => {
	it.each(Object.entries(referencePages()))('%s is as `npm run docs:generate` writes it', (file, text) => {
		expect(readFileSync(path.join(root, file), 'utf8')).toBe(text);
	});
});
