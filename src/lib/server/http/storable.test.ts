// What people type passes as it is; what no column holds is refused by name.
import { expect, it } from 'vitest';
import { requireStorable, requireStorablePath } from './storable.ts';

it('passes text of every language, and everything that is no text', () => {
	const given = { name: 'Gård 7 🚗', points: [[0, 1]], on: true, none: null, nested: [{ a: '\t' }] };
	expect(requireStorable(given)).toBe(given);
	expect(requireStorable(undefined)).toBeUndefined();
});

it.each([
	[{ condition: { classes: ['car', 'a\u0000'] } }, 'condition.classes.1'],
	[{ template: '\ud800' }, 'template'],
	[{ config: { ['a\u0000b']: 1 } }, 'config'],
	['\u0000', '']
])('refuses %j', (given, path) => {
	expect(() => requireStorable(given)).toThrow(
		expect.objectContaining({ code: 'invalid_input', errors: [expect.objectContaining({ path })] })
	);
});

it('knows nothing under a path that nothing is stored under', () => {
	expect(() => requireStorablePath({ id: 'gård', zone: undefined })).not.toThrow();
	expect(() => requireStorablePath({ id: 'a', zone: 'a\u0000b' })).toThrow(
		expect.objectContaining({ code: 'not_found' })
	);
});

it('is not brought down by depth', () => {
	const deep = '['.repeat(100_000) + ']'.repeat(100_000);
	expect(() => requireStorable(JSON.parse(deep))).not.toThrow();
});
