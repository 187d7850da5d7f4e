// Values that a schema takes, by chance: for the part of JSON Schema that the document uses, and no more.
import type { Chance } from '../../delivery/random.ts';
import type { Schema } from './document.ts';

/** A value for a field of that name, in place of one made of its schema; undefined where the schema decides. */
export type Likely = (field: string, chance: Chance) => unknown;

const WORDS = [
	'North gate',
	'Gård 7 🚗',
	'مرحبا',
	"O'Neil; --",
	'<b>"&amp;</b>',
	'東京',
	'%s %00',
	'..',
	'0',
	'null'
];
/** A pattern that is not here stops the test: a value by chance would not be taken. */
const OF_PATTERN: Record<string, string[]> = {
	'^([01]\\d|2[0-3]):[0-5]\\d$': ['00:00', '23:59', '08:30'],
	'^[a-z0-9]([a-z0-9._/-]{0,61}[a-z0-9])?$': ['site', 'a', 'gpu.kind/x-1'],
	'^[\\w.-]{1,63}$': ['north', '1', 'a.b-c_d'],
	'^[A-Za-z0-9-]{1,64}$': ['X-Key', 'x'],
	'^-?\\d{1,3}(\\.\\d{1,15})?$': ['0', '-12.5', '50.937500000000001']
};

export function valueOf(schema: Schema, chance: Chance, likely: Likely, field = ''): unknown {
	const given = likely(field, chance);
	if (given !== undefined) return given;
	if ('const' in schema) return schema.const;
	if (schema.enum) return chance.of(schema.enum);
	const forms = schema.anyOf ?? schema.oneOf;
	if (forms) return valueOf(chance.of(forms), chance, likely);
	const type = Array.isArray(schema.type) ? chance.of(schema.type) : schema.type;
	switch (type) {
		case 'object':
			return objectOf(schema, chance, likely);
		case 'array':
			return listOf(schema, chance, likely);
		case 'string':
			return textOf(schema, chance);
		case 'integer':
			return Math.round(numberOf(schema, chance));
		case 'number':
			return numberOf(schema, chance);
		case 'boolean':
			return chance.next() < 0.5;
		case 'null':
			return null;
		default:
			return chance.of<unknown>([1, 'text', true, null, ['list'], { field: 1 }]);
	}
}

function objectOf(schema: Schema, chance: Chance, likely: Likely): Record<string, unknown> {
	const { properties = {}, required = [], additionalProperties, propertyNames } = schema;
	const chosen = Object.entries(properties).filter(
		([name]) => required.includes(name) || chance.next() < 0.5
	);
	const entries = chosen.map(([name, one]) => [name, valueOf(one, chance, likely, name)]);
	if (
		Object.keys(properties).length === 0 &&
		typeof additionalProperties === 'object' &&
		chance.next() < 0.7
	) {
		const name = propertyNames?.pattern ? textOf(propertyNames, chance) : 'field';
		entries.push([name, valueOf(additionalProperties, chance, likely)]);
	}
	return Object.fromEntries(entries) as Record<string, unknown>;
}

function listOf(schema: Schema, chance: Chance, likely: Likely): unknown[] {
	const { prefixItems, items, minItems = 0, maxItems = 4 } = schema;
	if (prefixItems) return prefixItems.map((one) => valueOf(one, chance, likely));
	const length = Math.min(maxItems, minItems + Math.floor(chance.between(0, 4)));
	return Array.from({ length }, () => valueOf(items || {}, chance, likely));
}

/** The bounds themselves come often: that is where faults are. */
function numberOf({ minimum = -1e6, maximum = 1e6, type }: Schema, chance: Chance): number {
	const within = chance.between(minimum, maximum);
	const value = chance.of([minimum, maximum, within, within]);
	if (type !== 'integer') return value;
	return Math.min(Math.max(Math.round(value), Math.ceil(minimum)), Math.floor(maximum));
}

function textOf(schema: Schema, chance: Chance): string {
	const { format, pattern, minLength = 0, maxLength = 200 } = schema;
	if (pattern !== undefined) {
		const known = OF_PATTERN[pattern];
		if (!known) throw new Error(`No value is known for the pattern ${pattern}: add some to values.ts.`);
		return chance.of(known);
	}
	if (format === 'uuid') return '00000000-0000-4000-8000-00000000000a';
	if (format === 'date-time') return chance.of(['2026-03-01T12:00:00.000Z', '1970-01-01T00:00:00Z']);
	if (format === 'email') return `p${Math.floor(chance.next() * 1e9)}@people.example`;
	if (format === 'uri') return 'http://127.0.0.1:9/';
	const word = chance.of(WORDS);
	const long = chance.next() < 0.2 ? 'x'.repeat(maxLength) : word;
	return long.length >= minLength ? long.slice(0, maxLength) : long.padEnd(minLength, 'x');
}
