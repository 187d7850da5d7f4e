// The reference page docs/reference/events.md, written from the schemas that messages of the journal are held to.
import { z } from 'zod';
import { journalCommand, journalEvent } from '#lib/contracts/event.ts';
import { plain } from './document.ts';
import { GENERATED, kind, page, table, type Schema } from './markdown.ts';

export const EVENTS_PAGE = 'docs/reference/events.md';

type Field = Schema & {
	properties?: Record<string, Field>;
	items?: Field;
};

const HEAD = ['field', 'is', 'meaning'];

export function eventsPage(): string {
	return page([
		GENERATED,
		'# Events and commands',
		'What stands on the journal, JetStream of `NATS_URL`, for other programs to read and to say. How to do so: [guide](../guide/events.md). Fields may be added in later versions; none changes its meaning.',
		'## Events',
		'Every message is JSON with `id` (the idempotency key, also in the header `Nats-Msg-Id`), `topic`, `subject_id` (the alert, the run or the batch of results), `created_at` and `payload`.',
		...formsOf(journalEvent).flatMap(eventSection),
		'## Commands',
		'Said on `<prefix>.commands.<command>`, as JSON. Each is done once for its `id`.',
		...formsOf(journalCommand).flatMap((form) => [
			`### ${constant(form, 'command')}`,
			table(HEAD, fieldRows(form))
		])
	]);
}

/** What two topics have in common is told once. */
function eventSection(form: Field, index: number, all: Field[]): string[] {
	const topic = constant(form, 'topic');
	const told = payloadTable(form);
	const before = all.slice(0, index).find((other) => payloadTable(other) === told);
	const where = `On \`<prefix>.events.${topic}.<stream id>\`.`;
	if (!before) return [`### ${topic}`, `${where} Its \`payload\`:`, told];
	return [`### ${topic}`, `${where} Its \`payload\` has the fields of ${constant(before, 'topic')}.`];
}

const payloadTable = (form: Field) => table(HEAD, fieldRows(form.properties?.['payload']));

/** The forms that a discriminated union tells apart. */
function formsOf(schema: z.ZodType): Field[] {
	const text = JSON.stringify(plain(z.toJSONSchema(schema, { io: 'output' })));
	return (JSON.parse(text, spelledOut) as { oneOf: Field[] }).oneOf;
}

/** `type: ["string", "null"]` as the `anyOf` that it stands for. */
function spelledOut(_: string, value: unknown): unknown {
	if (typeof value !== 'object' || value === null || !('type' in value) || !Array.isArray(value.type))
		return value;
	const { type, ...rest } = value as { type: string[] };
	return { ...rest, anyOf: type.map((one) => ({ type: one })) };
}

const constant = (form: Field, field: string) => String(form.properties?.[field]?.const);

/** Every field by its path: `deliveries.total`, `detections[].label`. */
function fieldRows(schema: Field | undefined, before = ''): string[][] {
	return Object.entries(schema?.properties ?? {}).flatMap(([name, field]) => {
		const path = `${before}${name}`;
		return [
			[`\`${path}\``, kindOf(field), typeof field.description === 'string' ? field.description : ''],
			...fieldRows(field, `${path}.`),
			...fieldRows(field.items, `${path}[].`)
		];
	});
}

function kindOf(field: Field): string {
	if (field.anyOf) return field.anyOf.map(kindOf).join(' or ');
	if (field.format === 'date-time') return 'moment, ISO 8601';
	if (field.type === 'array')
		return `list of ${field.items?.properties ? 'objects' : kindOf(field.items ?? {})}`;
	return kind(field);
}
