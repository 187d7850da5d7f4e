// A good body made bad in one place: every way in which a stranger, or a fault in a client, gets it wrong.
import type { Schema } from './document.ts';

export interface Spoiled {
	/** What is wrong, for the report. */
	why: string;
	/** The body as it is sent: what JSON.stringify would not write is among them. */
	text: string;
}

/** Stand-ins for what JSON text can say and values here cannot. */
const RAW = { '"⟦too great⟧"': '1e400', '"⟦half⟧"': '"\\ud800"', '"⟦nul⟧"': '"a\\u0000b"' };

/** Bodies that are bad whatever is expected. */
export const BAD_BODIES: Spoiled[] = [
	{ why: 'no body', text: '' },
	{ why: 'no JSON', text: '{"name": ' },
	{ why: 'null', text: 'null' },
	{ why: 'a list', text: '[]' },
	{ why: 'a text', text: '"text"' },
	{ why: 'a number', text: '7' },
	{ why: 'nested as deep as it is long', text: '['.repeat(50_000) + ']'.repeat(50_000) },
	{ why: '300 KiB', text: JSON.stringify({ name: 'x'.repeat(300 * 1024) }) },
	{ why: '600 KiB', text: JSON.stringify({ name: 'x'.repeat(600 * 1024) }) }
];

/** `body`, which `schema` takes, with one thing wrong in each. */
export function spoiled(body: unknown, schema: Schema): Spoiled[] {
	return changes(body, schema, []).map(({ why, value }) => ({
		why,
		text: Object.entries(RAW).reduce(
			(text, [stand, raw]) => text.replaceAll(stand, raw),
			JSON.stringify(value)
		)
	}));
}

interface Change {
	why: string;
	value: unknown;
}

function changes(value: unknown, given: Schema, path: string[]): Change[] {
	const schema = formOf(value, given);
	const here = wrong(schema, given).map(([why, bad]) => ({
		why: `${path.join('.') || 'the body'} ${why}`,
		value: bad
	}));
	return [...(path.length > 0 ? here : []), ...inside(value, schema, path)];
}

/** The form of several that the value has. */
function formOf(value: unknown, schema: Schema): Schema {
	const forms = schema.anyOf ?? schema.oneOf;
	if (!forms) return schema;
	const type = isObject(value) ? value['type'] : undefined;
	return (
		forms.find((form) => type !== undefined && form.properties?.['type']?.const === type) ??
		forms.find((form) => form.type !== 'null') ??
		schema
	);
}

function inside(value: unknown, schema: Schema, path: string[]): Change[] {
	if (Array.isArray(value)) {
		const items = schema.prefixItems?.[0] ?? schema.items;
		if (!items || value.length === 0) return [];
		return changes(value[0], items, [...path, '0']).map((change) => ({
			...change,
			value: [change.value, ...(value.slice(1) as unknown[])]
		}));
	}
	if (!isObject(value) || !schema.properties) return [];
	const { properties, required = [], additionalProperties } = schema;
	const at = path.join('.') || 'the body';
	return [
		...required.map((name) => ({ why: `${at} without ${name}`, value: without(value, name) })),
		...(additionalProperties === false
			? [{ why: `${at} with a field nobody knows`, value: { ...value, no_such_field: 1 } }]
			: []),
		// Also the fields left out: their limits hold as well.
		...Object.entries(properties).flatMap(([name, one]) =>
			changes(value[name], one, [...path, name]).map((change) => ({
				...change,
				value: { ...value, [name]: change.value }
			}))
		)
	];
}

/** What this schema does not take. `whole` may take null beside it. */
function wrong(schema: Schema, whole: Schema): [string, unknown][] {
	if ('const' in schema) return [['is another', 'no such']];
	if (schema.enum) return [['is none of those', 'no such']];
	const empty = takesNull(whole) ? [] : [['is null', null] as [string, unknown]];
	switch (schema.type) {
		case 'string':
			return [...empty, ...wrongText(schema)];
		case 'integer':
			return [...empty, ['is broken', 5.5], ...wrongNumber(schema)];
		case 'number':
			return [...empty, ...wrongNumber(schema)];
		case 'boolean':
			return [...empty, ['is a text', 'true'], ['is a number', 1]];
		case 'array':
			return [...empty, ['is an object', {}], ...wrongList(schema)];
		case 'object':
			return [...empty, ['is a list', []], ['is a text', 'text']];
		default:
			return [];
	}
}

const takesNull = (schema: Schema): boolean =>
	[...(schema.anyOf ?? schema.oneOf ?? []), schema].some(({ type }) => [type].flat().includes('null'));

function wrongText({ maxLength, minLength = 0, format, pattern }: Schema): [string, unknown][] {
	return [
		['is a number', 7],
		['holds NUL', '⟦nul⟧'],
		['holds half a character', '⟦half⟧'],
		...(maxLength === undefined ? [] : [['is too long', 'x'.repeat(maxLength + 1)] as [string, unknown]]),
		...(minLength > 0 ? [['is too short', 'x'.repeat(minLength - 1)] as [string, unknown]] : []),
		...(format || pattern ? [['is of another form', '§ no such form'] as [string, unknown]] : [])
	];
}

function wrongNumber({ minimum, maximum }: Schema): [string, unknown][] {
	return [
		['is a text', '7'],
		['is greater than numbers are', '⟦too great⟧'],
		...(minimum === undefined ? [] : [['is too small', minimum - 1] as [string, unknown]]),
		...(maximum === undefined ? [] : [['is too great', maximum + 1] as [string, unknown]])
	];
}

function wrongList({ maxItems = Infinity, minItems = 0, items }: Schema): [string, unknown][] {
	return [
		...(minItems > 0 ? [['is empty', []] as [string, unknown]] : []),
		...(maxItems < 500 && items ? [['is too long', Array(maxItems + 1).fill('x')] as [string, unknown]] : []),
		...(items && items.type === 'string' ? [['holds a number', [7]] as [string, unknown]] : [])
	];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const without = (value: Record<string, unknown>, name: string) =>
	Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));

/** Values of a query parameter that its schema does not take. */
export function wrongQuery(schema: Schema): string[] {
	const [form] = schema.anyOf ?? [schema];
	const { type, enum: values, format, pattern, minimum, maximum, maxLength } = form!;
	if (values || 'const' in form!) return ['no such', ''];
	if (type === 'integer' || type === 'number') {
		const beyond = [minimum === undefined ? [] : [minimum - 1], maximum === undefined ? [] : [maximum + 1]];
		return ['x', 'NaN', '1e400', ...beyond.flat().map(String), ...(type === 'integer' ? ['1.5'] : [])];
	}
	return [
		'a\0b',
		...(format || pattern ? ['no such form'] : []),
		...(maxLength === undefined || maxLength > 10_000 ? [] : ['x'.repeat(maxLength + 1)])
	];
}

const ODD_NUMBERS = [
	'',
	' ',
	'-0',
	'0',
	'-1',
	'1e3',
	'0x10',
	'9007199254740991',
	'9'.repeat(400),
	'null',
	'[]'
];
const ODD_TEXTS = [
	...ODD_NUMBERS,
	...["' OR 1=1 --", '%', '\\', '🚗', '\ufffd', '../..', 'x'.repeat(4000), 'a,b,,c', ','],
	...['2026-13-45T99:99:99Z', '9999-12-31T23:59:59.999Z', '0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z']
];

/** What may stand in a query, and must do no harm, whatever it means. */
export function oddQuery(schema: Schema): string[] {
	const [form] = schema.anyOf ?? [schema];
	if (form!.enum || 'const' in form!) return ['', ' ', 'x'.repeat(4000)];
	return form!.type === 'string' ? ODD_TEXTS : ODD_NUMBERS;
}

/** What stands in a path in place of an id. */
export const ODD_IDS = [
	...['00000000-0000-4000-8000-00000000000b', 'no-such', '-1', '9'.repeat(40), "' OR 1=1 --", '🚗'],
	...['%00', 'a\0b', '../..', '%', 'x'.repeat(3000), '00000000-0000-4000-8000-00000000000b0']
].map(encodeURIComponent);
/** Not even UTF-8, or no escape at all. */
export const BROKEN_IDS = ['%ED%A0%80', '%ZZ', '%FF'];
