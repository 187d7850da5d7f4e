// A schema as rows that people read: each field by its path, what it is, and what it means.
import { resolved, type Schema, type Spec } from './spec.ts';

export interface FieldRow {
	/** `config.url`, `points[]`. */
	path: string;
	kind: string;
	required: boolean;
	/** The default as JSON; null where there is none. */
	standard: string | null;
	meaning: string;
}

/** One of several forms that a value may have; `name` is null where there is but one. */
export interface Form {
	name: string | null;
	rows: FieldRow[];
}

const DEEPEST = 4;

export function formsOf(spec: Spec, given: Schema): Form[] {
	const { schema } = resolved(spec, given);
	const body = schema.type === 'array' && schema.items ? resolved(spec, schema.items).schema : schema;
	const forms = body.oneOf ?? body.anyOf;
	if (!forms) return [{ name: null, rows: rowsOf(spec, body, '', 0) }];
	return forms.map((form, index) => ({
		name: nameOf(form) ?? `form ${index + 1}`,
		rows: rowsOf(spec, form, '', 0)
	}));
}

/** Forms are told apart by the field that has one value in each. */
function nameOf({ properties = {} }: Schema): string | null {
	const found = Object.entries(properties).find(([, { const: one }]) => one !== undefined);
	return found ? `${found[0]} ${JSON.stringify(found[1].const)}` : null;
}

function rowsOf(spec: Spec, given: Schema, before: string, depth: number): FieldRow[] {
	const { schema } = resolved(spec, given);
	const { properties = {}, required = [] } = schema;
	return Object.entries(properties).flatMap(([name, one]) => {
		const path = `${before}${name}`;
		const row = {
			path,
			kind: kindOf(spec, one),
			required: required.includes(name),
			standard: one.default === undefined ? null : JSON.stringify(one.default),
			meaning: one.description ?? ''
		};
		return [row, ...(depth < DEEPEST ? inside(spec, one, path, depth + 1) : [])];
	});
}

function inside(spec: Spec, given: Schema, path: string, depth: number): FieldRow[] {
	const { schema } = resolved(spec, given);
	const whole = (schema.anyOf ?? schema.oneOf)?.find((form) => form.type !== 'null') ?? schema;
	if (whole.type === 'array' && whole.items) return rowsOf(spec, whole.items, `${path}[].`, depth);
	return rowsOf(spec, whole, `${path}.`, depth);
}

/** "number 1…30", "text, at most 120 characters", "one of a, b", "… or null". */
export function kindOf(spec: Spec, given: Schema): string {
	const { name, schema } = resolved(spec, given);
	if (name !== null) return name;
	const forms = schema.anyOf ?? schema.oneOf;
	if (forms) return [...new Set(forms.map((form) => kindOf(spec, form)))].join(' or ');
	if (schema.enum) return `one of ${schema.enum.map(String).join(', ')}`;
	if (schema.const !== undefined) return JSON.stringify(schema.const);
	return [schema.type ?? 'anything']
		.flat()
		.map((type) => wordOf(spec, type, schema))
		.join(' or ');
}

function wordOf(spec: Spec, type: string, schema: Schema): string {
	switch (type) {
		case 'integer':
			return `whole number${range(schema.minimum, schema.maximum)}`;
		case 'number':
			return `number${range(schema.minimum, schema.maximum)}`;
		case 'string':
			return textWord(schema);
		case 'boolean':
			return 'true or false';
		case 'array':
			if (schema.prefixItems) return `[${schema.prefixItems.map((one) => kindOf(spec, one)).join(', ')}]`;
			return `list of ${schema.items ? kindOf(spec, schema.items) : 'anything'}`;
		case 'object':
			return 'object';
		default:
			return type;
	}
}

const FORMATS: Record<string, string> = {
	uuid: 'uuid',
	'date-time': 'moment',
	email: 'e-mail address',
	uri: 'web address'
};

function textWord({ format = '', minLength, maxLength }: Schema): string {
	const word = FORMATS[format] ?? 'text';
	const length = range(minLength, maxLength);
	return word === 'uuid' || length === '' ? word : `${word},${length} characters`;
}

function range(least: number | undefined, most: number | undefined): string {
	if (least === undefined && most === undefined) return '';
	if (least === undefined) return ` up to ${most}`;
	return most === undefined ? ` from ${least}` : ` ${least}…${most}`;
}
