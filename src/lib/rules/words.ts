// Words for classes, directions and figures, as a rule's sentence and its alerts use them.

/** Plurals that no ending tells. */
const IRREGULAR: Record<string, string> = {
	person: 'people',
	man: 'men',
	woman: 'women',
	child: 'children',
	mouse: 'mice',
	knife: 'knives',
	sheep: 'sheep',
	scissors: 'scissors',
	skis: 'skis',
	aircraft: 'aircraft'
};

/** A class in the plural: person, people; bus, buses. `moving`, the class of the detector without weights, is no noun. */
export function plural(label: string): string {
	if (label === 'moving') return 'moving objects';
	const words = label.split(' ');
	const last = words.pop() ?? '';
	return [...words, pluralOf(last)].join(' ');
}

function pluralOf(word: string): string {
	if (Object.hasOwn(IRREGULAR, word)) return IRREGULAR[word]!;
	if (/(s|x|z|ch|sh)$/.test(word)) return `${word}es`;
	return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

function singular(label: string): string {
	return label === 'moving' ? 'moving object' : label;
}

/** `a person or a car`; `any object` where every class counts. */
export function oneOf(classes: readonly string[]): string {
	if (classes.length === 0) return 'any object';
	return listed(classes.map((label) => withArticle(singular(label))));
}

/** `person or car`, `people or cars`; `objects` where every class counts. */
export function manyOf(classes: readonly string[], count: number): string {
	if (classes.length === 0) return count === 1 ? 'object' : 'objects';
	return listed(classes.map(count === 1 ? singular : plural));
}

export function withArticle(noun: string): string {
	return `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** At most four are named: the rest is a number. */
export function listed(parts: readonly string[], joint = 'or'): string {
	const named = parts.length > 4 ? [...parts.slice(0, 3), `${parts.length - 3} other classes`] : parts;
	if (named.length < 2) return named[0] ?? '';
	return `${named.slice(0, -1).join(', ')} ${joint} ${named.at(-1)}`;
}

const WAYS = [
	'up',
	'up and right',
	'right',
	'down and right',
	'down',
	'down and left',
	'left',
	'up and left'
];

/** `90° (right)`, clockwise from up in the picture. */
export function wayOf(degrees: number): string {
	return `${figure(degrees)}° (${WAYS[Math.round(degrees / 45) % 8]!})`;
}

/** `30 s`, `5 min`, `1 min 30 s`, `2 h`. */
export function duration(seconds: number): string {
	if (seconds < 60) return `${figure(seconds)} s`;
	const parts: [number, string][] = [
		[Math.floor(seconds / 3600), 'h'],
		[Math.floor(seconds / 60) % 60, 'min'],
		[Math.round(seconds % 60), 's']
	];
	return parts
		.filter(([value]) => value > 0)
		.map(([value, unit]) => `${value} ${unit}`)
		.join(' ');
}

/** A number as people write it: at most two digits after the point, none that say nothing. */
export function figure(value: number): string {
	return String(Number(value.toFixed(Math.abs(value) >= 10 ? 1 : 2)));
}
