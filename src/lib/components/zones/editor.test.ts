// The zone editor as a state machine: drawing, changing, undo, and what it refuses with words.
import { describe, expect, it } from 'vitest';
import type { Point } from '#lib/contracts/geometry.ts';
import { editorOf, reduce, shapeProblem, type Action, type Editor, type Shape } from './editor.ts';

const SQUARE: Shape = {
	kind: 'polygon',
	points: [
		[0.2, 0.2],
		[0.6, 0.2],
		[0.6, 0.6],
		[0.2, 0.6]
	]
};
const LINE: Shape = {
	kind: 'line',
	points: [
		[0.1, 0.5],
		[0.9, 0.5]
	]
};

const run = (editor: Editor, ...actions: Action[]) => actions.reduce(reduce, editor);
const place = (...points: Point[]): Action[] => points.map((at) => ({ type: 'place', at }));
const empty = editorOf({ kind: 'polygon', points: [] });

describe('drawing', () => {
	const draw = reduce(empty, { type: 'draw', kind: 'polygon' });

	it('places corners and is whole when it is closed', () => {
		const drawn = run(draw, ...place([0.1, 0.1], [0.5, 0.1], [0.5, 0.5]), { type: 'close' });
		expect(drawn.drawing).toBe(false);
		expect(drawn.shape.points).toHaveLength(3);
		expect(shapeProblem(drawn.shape)).toBeNull();
	});

	it('does not close with two corners, and says why', () => {
		const tried = run(draw, ...place([0.1, 0.1], [0.5, 0.1]), { type: 'close' });
		expect(tried.drawing).toBe(true);
		expect(tried.refusal).toContain('at least 3 corners');
		expect(reduce(tried, { type: 'place', at: [0.5, 0.5] }).refusal).toBeNull();
	});

	it('takes a double click for one corner', () => {
		const drawn = run(draw, ...place([0.1, 0.1], [0.1005, 0.1]));
		expect(drawn.shape.points).toHaveLength(1);
	});

	it('makes a line of two places and takes no third', () => {
		const line = run(editorOf(LINE), { type: 'draw', kind: 'line' }, ...place([0.1, 0.1], [0.9, 0.9]));
		expect(line.drawing).toBe(false);
		expect(run(line, ...place([0.5, 0.1])).shape.points).toHaveLength(2);
	});

	it('takes back the corner placed last, and gives up all of them', () => {
		const two = run(draw, ...place([0.1, 0.1], [0.5, 0.1]));
		expect(reduce(two, { type: 'remove' }).shape.points).toEqual([[0.1, 0.1]]);
		expect(reduce(two, { type: 'undo' }).shape.points).toEqual([[0.1, 0.1]]);
		expect(reduce(two, { type: 'undo' }).drawing).toBe(true);
		expect(reduce(two, { type: 'cancel' }).shape.points).toEqual([]);
	});

	it('keeps what is drawn outside the picture at its edge', () => {
		expect(run(draw, ...place([-0.2, 1.4])).shape.points).toEqual([[0, 1]]);
	});

	it('puts a whole shape for those who cannot point', () => {
		for (const kind of ['polygon', 'line'] as const) {
			const put = run(empty, { type: 'draw', kind }, { type: 'put' });
			expect(put.drawing).toBe(false);
			expect(shapeProblem(put.shape)).toBeNull();
		}
	});

	it('stops at 64 corners', () => {
		const ring = Array.from({ length: 70 }, (_, i): Point => {
			const angle = (i / 70) * 2 * Math.PI;
			return [0.5 + 0.4 * Math.cos(angle), 0.5 + 0.4 * Math.sin(angle)];
		});
		const full = run(draw, ...place(...ring));
		expect(full.shape.points).toHaveLength(64);
		expect(full.refusal).toContain('at most 64');
	});
});

describe('changing', () => {
	it('drags a corner, one step back however long the drag was', () => {
		const drags = Array.from({ length: 20 }, (_, i): Action => ({ type: 'drag', to: [0.3 + i / 100, 0.3] }));
		const dragged = run(editorOf(SQUARE), { type: 'grab', held: { what: 'corner', index: 0 } }, ...drags, {
			type: 'drop'
		});
		expect(dragged.shape.points[0]).toEqual([0.49, 0.3]);
		expect(dragged.past).toHaveLength(1);
		expect(reduce(dragged, { type: 'undo' }).shape).toEqual(SQUARE);
	});

	it('a grip without a move is no step', () => {
		const held = run(
			editorOf(SQUARE),
			{ type: 'grab', held: { what: 'corner', index: 2 } },
			{ type: 'drop' }
		);
		expect(held.past).toEqual([]);
		expect(held.corner).toBe(2);
	});

	it('moves the whole zone to the edge and keeps its form', () => {
		const at: Point = [0.4, 0.4];
		const moved = run(
			editorOf(SQUARE),
			{ type: 'grab', held: { what: 'shape', at } },
			{ type: 'drag', to: [1.5, 0.4] },
			{ type: 'drop' }
		);
		expect(moved.shape.points).toEqual([
			[0.6, 0.2],
			[1, 0.2],
			[1, 0.6],
			[0.6, 0.6]
		]);
	});

	it('lets go on Esc and is where it was', () => {
		const held = run(
			editorOf(SQUARE),
			{ type: 'grab', held: { what: 'corner', index: 0 } },
			{ type: 'drag', to: [0.9, 0.9] }
		);
		expect(reduce(held, { type: 'cancel' }).shape).toEqual(SQUARE);
	});

	it('adds a corner on an edge, the last edge included, and chooses it', () => {
		const added = run(editorOf(SQUARE), { type: 'insert', edge: 3, at: [0.2, 0.4] });
		expect(added.shape.points[4]).toEqual([0.2, 0.4]);
		expect(added.corner).toBe(4);
		expect(run(editorOf(LINE), { type: 'insert', edge: 0, at: [0.5, 0.5] }).shape).toEqual(LINE);
	});

	it('takes a corner away down to a triangle, then refuses', () => {
		const choose: Action = { type: 'choose', corner: 3 };
		const triangle = run(editorOf(SQUARE), choose, { type: 'remove' });
		expect(triangle.shape.points).toHaveLength(3);
		const tried = reduce(triangle, { type: 'remove' });
		expect(tried.shape.points).toHaveLength(3);
		expect(tried.refusal).toContain('at least 3');
		expect(run(editorOf(LINE), { type: 'choose', corner: 0 }, { type: 'remove' }).refusal).toContain('ends');
	});

	it('nudges the chosen corner, or all of it; a row of nudges is one step back', () => {
		const by: Action = { type: 'nudge', by: [0.01, 0] };
		const corner = run(editorOf(SQUARE), { type: 'choose', corner: 1 }, by, by, by);
		expect(corner.shape.points[1]).toEqual([0.63, 0.2]);
		expect(reduce(corner, { type: 'undo' }).shape).toEqual(SQUARE);
		const whole = run(editorOf(SQUARE), by);
		expect(whole.shape.points.map(([x]) => x)).toEqual([0.21, 0.61, 0.61, 0.21]);
	});

	it('sets a corner to numbers and turns a line round', () => {
		expect(run(editorOf(SQUARE), { type: 'set', corner: 2, to: [0.777, 0.888] }).shape.points[2]).toEqual([
			0.777, 0.888
		]);
		expect(run(editorOf(LINE), { type: 'flip' }).shape.points).toEqual([
			[0.9, 0.5],
			[0.1, 0.5]
		]);
		expect(run(editorOf(SQUARE), { type: 'flip' }).shape).toEqual(SQUARE);
	});

	it('lets a shape become wrong, and says in which way', () => {
		const bow = run(editorOf(SQUARE), { type: 'set', corner: 0, to: [0.9, 0.4] });
		expect(shapeProblem(bow.shape)).toMatch(/edges \d and \d cross/);
	});
});

describe('undo and redo', () => {
	const set = (x: number): Action => ({ type: 'set', corner: 0, to: [x, 0.1] });

	it('go back and forward through every step', () => {
		const three = run(editorOf(SQUARE), set(0.1), set(0.15), set(0.18));
		const back = run(three, { type: 'undo' }, { type: 'undo' }, { type: 'undo' });
		expect(back.shape).toEqual(SQUARE);
		const forward = run(back, { type: 'redo' }, { type: 'redo' }, { type: 'redo' });
		expect(forward.shape).toEqual(three.shape);
		expect(reduce(forward, { type: 'redo' }).shape).toEqual(three.shape);
	});

	it('a new step forgets what was undone', () => {
		const undone = run(editorOf(SQUARE), set(0.1), { type: 'undo' }, set(0.12), { type: 'redo' });
		expect(undone.shape.points[0]).toEqual([0.12, 0.1]);
	});

	it('keep a bounded number of steps', () => {
		const many = Array.from({ length: 500 }, (_, i) => set((i % 90) / 100));
		expect(run(editorOf(SQUARE), ...many).past.length).toBeLessThanOrEqual(100);
	});

	it('an undone corner of a finished drawing opens it again when too few are left', () => {
		const drawn = run(
			reduce(empty, { type: 'draw', kind: 'polygon' }),
			...place([0.1, 0.1], [0.5, 0.1], [0.5, 0.5]),
			{ type: 'close' },
			{ type: 'undo' }
		);
		expect(drawn.drawing).toBe(true);
	});
});
