// Arrow keys inside a group.
import { expect, it } from 'vitest';
import { roved } from './roving.ts';

it('moves and wraps along its own axis only', () => {
	expect(roved('ArrowRight', 0, 3)).toBe(1);
	expect(roved('ArrowRight', 2, 3)).toBe(0);
	expect(roved('ArrowLeft', 0, 3)).toBe(2);
	expect(roved('ArrowDown', 0, 3)).toBeNull();
	expect(roved('ArrowDown', 0, 3, true)).toBe(1);
});

it('knows both ends and ignores other keys', () => {
	expect([roved('Home', 2, 3), roved('End', 0, 3)]).toEqual([0, 2]);
	expect(roved('a', 0, 3)).toBeNull();
	expect(roved('Home', 0, 0)).toBeNull();
});
