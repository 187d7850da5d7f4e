// Bodies and topics with {{fields}} of the alert.
import { alertRecord } from '#lib/contracts/alert.ts';
import { documentOf, type Message } from './sender.ts';

const PLACEHOLDER = /\{\{\s*([\w.-]+)\s*\}\}/g;
const FIELDS = [...Object.keys(alertRecord.shape), 'event', 'delivery_id', 'url'];

/** The first field a template names that does not exist; null when all do. */
export function unknownField(template: string): string | null {
	for (const [, path = ''] of template.matchAll(PLACEHOLDER)) {
		const [field = ''] = path.split('.');
		if (!FIELDS.includes(field)) return path;
	}
	return null;
}

export const knownFields = (): readonly string[] => FIELDS;

/** An object or an array; not `{{name}} …` and not `[{{severity}}] …`. */
const JSON_BEGINS = /^\s*(\{\s*["}]|\[\s*(\{\s*"|"|\[))/;

/** Whether a template makes JSON, as its content type says or, without one, how it begins. */
export function isJson(template: string, contentType: string | undefined): boolean {
	return contentType === undefined ? JSON_BEGINS.test(template) : /\bjson\b/i.test(contentType);
}

/** Values as they are; null is empty. */
export function renderText(template: string, message: Message): string {
	return render(template, message, (value) => plain(value));
}

/** Inside quotes a value is escaped; outside it stands as JSON, so that numbers stay numbers and null stays null. */
export function renderJson(template: string, message: Message): string {
	return render(template, message, (value, before) =>
		insideString(before) ? JSON.stringify(plain(value)).slice(1, -1) : (JSON.stringify(value) ?? 'null')
	);
}

/** Levels of a topic stay levels: no wildcard, separator or nothing comes from a value. */
export function renderTopic(template: string, message: Message): string {
	return render(template, message, (value) => plain(value).replace(/[+#/\p{Cc}]/gu, '_') || 'none');
}

function render(
	template: string,
	message: Message,
	write: (value: unknown, before: string) => string
): string {
	const values = documentOf(message);
	return template.replace(PLACEHOLDER, (_, path: string, at: number) =>
		write(valueAt(values, path), template.slice(0, at))
	);
}

function valueAt(values: Record<string, unknown>, path: string): unknown {
	let value: unknown = values;
	for (const key of path.split('.')) {
		if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return null;
		value = (value as Record<string, unknown>)[key];
	}
	return value;
}

function plain(value: unknown): string {
	if (value === null || value === undefined) return '';
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Whether JSON text that begins so stands within a string at its end: an odd number of quotes that are not escaped. */
function insideString(before: string): boolean {
	return (before.replace(/\\./gs, '').match(/"/g) ?? []).length % 2 === 1;
}
