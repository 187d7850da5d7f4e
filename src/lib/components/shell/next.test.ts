// No open redirect after signing in.
import { expect, it } from 'vitest';
import { safeNext, signInAddress } from './next.ts';

it.each(['/', '/live', '/?stream=7f', '/settings?tab=users#top'])('keeps %s', (path) => {
	expect(safeNext(path)).toBe(path);
});

it.each([
	null,
	'',
	'live',
	'https://evil.example/',
	'//evil.example/',
	'/\\evil.example',
	'/\t/evil.example',
	'javascript:alert(1)',
	'/login?next=/live',
	'/setup',
	'/api/auth/sign-out'
])('sends %j home', (path) => {
	expect(safeNext(path)).toBe('/');
});

it('remembers the way back', () => {
	expect(signInAddress('/?stream=7f')).toBe('/login?next=%2F%3Fstream%3D7f');
	expect(signInAddress('/')).toBe('/login');
});
