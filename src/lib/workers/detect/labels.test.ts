// Class names as exporters write them, and where they come from when nobody does.
import { expect, it } from 'vitest';
import { cocoLabels } from './coco.ts';
import { labelClasses, readNames } from './labels.ts';

it.each([
	["{0: 'person', 1: 'car'}", ['person', 'car']],
	[`{0: "driver's cab", 1: 'say "no"'}`, ["driver's cab", 'say "no"']],
	['{"0": "person", "1": "car"}', ['person', 'car']],
	["['person', 'car']", ['person', 'car']],
	["{2: 'car', 0: 'person'}", ['person', 'class 1', 'car']],
	["{0: 'it\\'s'}", ["it's"]],
	["{0: ''}", ['class 0']],
	["{0: '  two   words '}", ['two words']],
	["{0: 'a\u0000b\u001b[31m', 1: '\u0000'}", ['a b [31m', 'class 1']],
	[`{0: '${'x'.repeat(79)}🚗'}`, [`${'x'.repeat(79)}\ufffd`]]
])('reads %s', (text, names) => {
	expect(readNames(text)).toEqual(names);
});

it.each([undefined, '', '{}', 'nonsense', '{0: person}'])('finds none in %s', (text) => {
	expect(readNames(text)).toBeNull();
});

it('stays bounded whatever a file says', () => {
	expect(readNames("{99999: 'x'}")).toEqual([]);
	expect(readNames(`{0: '${'long '.repeat(100)}'}`)![0]!.length).toBeLessThanOrEqual(80);
});

it('takes the uploader’s labels first, then the file’s, then COCO’s', () => {
	expect(labelClasses(2, ['a', 'b'], ['c', 'd'])).toEqual(['a', 'b']);
	expect(labelClasses(2, null, ['c', 'd'])).toEqual(['c', 'd']);
	expect(labelClasses(80, null, null)[79]).toBe('toothbrush');
	expect(labelClasses(3, null, null)).toEqual(['class 0', 'class 1', 'class 2']);
	expect(labelClasses(3, null, ['c'])).toEqual(['c', 'class 1', 'class 2']);
	expect(labelClasses(null, null, ['c', 'd'])).toEqual(['c', 'd']);
});

it('knows COCO by its eighty classes and by its ids', () => {
	expect(cocoLabels(80)).toHaveLength(80);
	const byId = cocoLabels(91)!;
	expect([byId[1], byId[12], byId[13], byId[90]]).toEqual(['person', 'class 12', 'stop sign', 'toothbrush']);
	expect(cocoLabels(20)).toBeNull();
});
