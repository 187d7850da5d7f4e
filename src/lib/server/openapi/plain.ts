// JSON Schema as the document has it, and the few forms that repeat in it.

export type Json = Record<string, unknown>;

/** Formats whose pattern says to people nothing that the format's name does not. */
const NAMED_FORMATS = ['uuid', 'date-time', 'email', 'uri'];

/** Without the dialect, which the document names for all, and without limits that only say "a safe integer". */
export function plain(schema: object): Json {
	const text = JSON.stringify(schema, (_, value: unknown) => {
		if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
		const { $schema: _dialect, ...rest } = value as Json;
		if (NAMED_FORMATS.includes(String(rest.format))) delete rest.pattern;
		for (const limit of ['minimum', 'maximum'])
			if (Math.abs(Number(rest[limit])) === Number.MAX_SAFE_INTEGER) delete rest[limit];
		return rest;
	});
	return JSON.parse(text) as Json;
}

export function json(schema: Json): Json {
	return { 'application/json': { schema } };
}

export function schemaRef(name: string): string {
	return `#/components/schemas/${name}`;
}
