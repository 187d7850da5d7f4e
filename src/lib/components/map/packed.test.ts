// Packing keeps every point to half a unit.
import { expect, it } from 'vitest';
import { packLine, unpackLine, UNIT_DEG, type Position } from './packed.ts';

it('gives back what was packed, to half a unit, without drift over many steps', () => {
	const line: Position[] = Array.from({ length: 5000 }, (_, i) => [-180 + i * 0.07123, 85 * Math.sin(i)]);
	const back = unpackLine(packLine(line));
	expect(back).toHaveLength(5000);
	for (const [i, [longitude, latitude]] of back.entries()) {
		expect(Math.abs(longitude - (line[i]?.[0] ?? NaN))).toBeLessThanOrEqual(UNIT_DEG * 0.51);
		expect(Math.abs(latitude - (line[i]?.[1] ?? NaN))).toBeLessThanOrEqual(UNIT_DEG * 0.51);
	}
});

it('takes an empty line', () => {
	expect(unpackLine(packLine([]))).toEqual([]);
});
