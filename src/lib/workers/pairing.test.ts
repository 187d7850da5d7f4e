// Pairing of pictures and vectors: order, bounds, and what is counted as lost.
import { expect, test } from 'vitest';
import { createPairing } from './pairing.ts';

function pairing() {
	const pairs: string[] = [];
	return {
		pairs,
		waiting: createPairing<string, string>((result, picture) => pairs.push(`${result}+${picture}`))
	};
}

test('pairs at once, whichever half comes first', () => {
	const { pairs, waiting } = pairing();
	waiting.result(1, 'v1');
	waiting.picture(1, 'p1');
	waiting.picture(2, 'p2');
	expect(pairs).toEqual(['v1+p1']);
	waiting.result(2, 'v2');
	expect(pairs).toEqual(['v1+p1', 'v2+p2']);
	expect(waiting.unmatched).toBe(0);
});

test('a result without a picture is normal, a picture without a result is counted', () => {
	const { pairs, waiting } = pairing();
	for (let pts = 0; pts < 100; pts++) waiting.result(pts, `v${pts}`);
	waiting.picture(3, 'p3'); // its result left the bounded memory long ago
	waiting.picture(99, 'p99');
	expect(pairs).toEqual(['v99+p99']);
	expect(waiting.unmatched).toBe(1);
});

test('never pairs a picture with another frame', () => {
	const { pairs, waiting } = pairing();
	waiting.result(10, 'v10');
	waiting.picture(11, 'p11');
	expect(pairs).toEqual([]);
});

test('waiting pictures are bounded and the given-up ones counted', () => {
	const { waiting } = pairing();
	for (let pts = 0; pts < 10; pts++) waiting.picture(pts, 'p');
	expect(waiting.unmatched).toBe(6);
});

test('after a reset an old half finds nothing, so that equal times of two ffmpegs never meet', () => {
	const { pairs, waiting } = pairing();
	waiting.result(0, 'old');
	waiting.reset();
	waiting.picture(0, 'new');
	expect(pairs).toEqual([]);
});
