// The ring: arcs clockwise from the top, one alone closes it, nothing draws nothing.
import { expect, it } from 'vitest';
import { ringArcs } from './ring.ts';

it('gives each part its arc in turn, and none to a part of nothing', () => {
	const arcs = ringArcs([3, 0, 1], 40, 50);
	expect(arcs.map(({ part }) => part)).toEqual([0, 2]);
	// Three quarters are more than half the way round: SVG's large arc.
	expect(arcs[0]?.path).toContain('A50 50 0 1 1');
	expect(arcs[1]?.path).toContain('A50 50 0 0 1');
});

it('closes for one alone, and is empty for none', () => {
	expect(ringArcs([0, 5], 40, 50)).toHaveLength(1);
	expect(ringArcs([0, 0], 40, 50)).toEqual([]);
});
