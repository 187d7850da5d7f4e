// What a model's classes are called: as its uploader says, as its file says, or as COCO does.
import { classLabel, cocoLabels } from './coco.ts';

const MAX_LABELS = 2000;
const MAX_LENGTH = 80;

/** Names from metadata: `{0: 'person', 1: "driver's cab"}` of Python, `{"0": "person"}` of JSON, or a plain list; null without. */
export function readNames(text: string | undefined): string[] | null {
	if (!text) return null;
	const numbered = [
		...text.matchAll(/["']?(\d{1,5})["']?\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g)
	];
	if (numbered.length === 0) return readList(text);
	const names: string[] = [];
	for (const [, index, single, double] of numbered) {
		if (Number(index) < MAX_LABELS) names[Number(index)] = tidy(single ?? double ?? '', Number(index));
	}
	return Array.from(names, (label, index) => label ?? classLabel(index));
}

function readList(text: string): string[] | null {
	const quoted = [...text.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)];
	if (quoted.length === 0) return null;
	return quoted.slice(0, MAX_LABELS).map(([, single, double], index) => tidy(single ?? double ?? '', index));
}

function tidy(text: string, index: number): string {
	const plain = text
		.replace(/\\(.)/g, '$1')
		.replace(/[\s\p{Cc}]+/gu, ' ')
		.trim();
	// Half a character, cut or written so, is none.
	return plain.slice(0, MAX_LENGTH).toWellFormed() || classLabel(index);
}

/**
 * One label a class. `classes` is null where the outputs do not tell how many there are: then as many as are named.
 * A file's own names that are too few or too many are filled up or cut.
 */
export function labelClasses(
	classes: number | null,
	given: string[] | null,
	named: string[] | null
): string[] {
	const names = given ?? named ?? cocoLabels(classes ?? 80) ?? [];
	if (classes === null) return names;
	return Array.from({ length: classes }, (_, index) => names[index] ?? classLabel(index));
}
