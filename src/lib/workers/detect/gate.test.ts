// The gate: when a model is asked, by what moves and what is followed.
import { describe, expect, it } from 'vitest';
import { enoughSeeds, Gate, type GateInput } from './gate.ts';

/** Decisions at 10 frames a second. */
function run(gate: Gate, frames: number, input: (k: number) => Partial<GateInput> = () => ({})): string[] {
	return Array.from({ length: frames }, (_, k) =>
		gate.decide({ at: 1_000_000 + 100 * k, moves: false, follows: false, ...input(k) })
	);
}
const looksAt = (decisions: string[]) => decisions.flatMap((one, k) => (one === 'look' ? [k] : []));

describe('the gate', () => {
	it('looks at the first frame, then twice in ten seconds of stillness', () => {
		expect(looksAt(run(new Gate({ fps: 5, gated: true }), 101))).toEqual([0, 50, 100]);
	});

	it('passes a single frame of motion over, opens for two of three, and looks on more slowly', () => {
		const gate = new Gate({ fps: 10, gated: true });
		expect(looksAt(run(gate, 40, (k) => ({ moves: k === 10 || k === 20 || k === 22 })))).toEqual([
			0, 22, 23, 24, 25, 26, 27, 32
		]);
	});

	it('never looks more often than told, whatever moves, on uneven frames too', () => {
		const looks = looksAt(run(new Gate({ fps: 5, gated: false }), 100, () => ({ moves: true })));
		expect(looks.length).toBeGreaterThan(46);
		expect(looks.length).toBeLessThanOrEqual(51);
		const gate = new Gate({ fps: 5, gated: false });
		const uneven = [0, 80, 200, 280, 400, 480, 600].map((at) =>
			gate.decide({ at, moves: true, follows: true })
		);
		expect(looksAt(uneven)).toEqual([0, 2, 4, 6]);
	});

	it('looks twice a second at motion that lasts, and at once again when it has ceased for a while', () => {
		const moves = (k: number) => ({ moves: k < 40 || k >= 55 });
		const looks = looksAt(run(new Gate({ fps: 10, gated: true }), 62, moves));
		expect(looks).toEqual([0, 1, 2, 3, 4, 5, 6, 11, 16, 21, 26, 31, 36, 41, 46, 56, 57, 58, 59, 60, 61]);
	});

	it('looks twice a second while something is followed', () => {
		expect(looksAt(run(new Gate({ fps: 10, gated: true }), 21, () => ({ follows: true })))).toEqual([
			0, 5, 10, 15, 20
		]);
	});

	it('turned off looks at every frame due, and counts nothing as passed', () => {
		const decisions = run(new Gate({ fps: 5, gated: false }), 11);
		expect(looksAt(decisions)).toEqual([0, 2, 4, 6, 8, 10]);
		expect(decisions).not.toContain('pass');
	});

	it('does not close for good when the clock is set back', () => {
		const gate = new Gate({ fps: 5, gated: true });
		gate.decide({ at: 1e12, moves: false, follows: false });
		expect(gate.decide({ at: 1000, moves: false, follows: false })).toBe('look');
	});

	it('asks for as many seeds as cover the same part of the picture', () => {
		expect(enoughSeeds(16, 640)).toBe(4);
		expect(enoughSeeds(8, 640)).toBe(16);
		expect(enoughSeeds(64, 640)).toBe(1);
		expect(enoughSeeds(16, 160)).toBe(1);
	});
});
