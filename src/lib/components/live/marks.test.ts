// The viewer's choice of boxes and zones survives in the browser, and nonsense there does not matter.
import { expect, it } from 'vitest';
import { marksText, parseMarks } from './marks.svelte.ts';

it('shows both until the viewer chose', () => {
	expect(parseMarks(null)).toEqual({ boxes: true, zones: true });
});

it('reads back what it wrote, none included', () => {
	for (const boxes of [true, false])
		for (const zones of [true, false])
			expect(parseMarks(marksText({ boxes, zones }))).toEqual({ boxes, zones });
});

it('takes nonsense for none', () => {
	expect(parseMarks('{"boxes":true}')).toEqual({ boxes: false, zones: false });
});
