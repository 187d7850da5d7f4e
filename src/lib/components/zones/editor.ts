// Drawing and changing one shape: a pure state machine with undo. The canvas says what was done, this says what becomes of it.
import {
	lineProblem,
	MAX_CORNERS,
	MIN_CORNERS,
	polygonProblem,
	type Point
} from '#lib/contracts/geometry.ts';
import type { ZoneKind } from '#lib/contracts/zone.ts';

export interface Shape {
	readonly kind: ZoneKind;
	/** 0..1 of the picture. */
	readonly points: readonly Point[];
}

/** What the pointer holds: a corner, or the whole shape by a place on it. */
type Grip = { what: 'corner'; index: number } | { what: 'shape'; at: Point };

export interface Editor {
	readonly shape: Shape;
	/** Corners are being placed; the shape is not whole yet. */
	readonly drawing: boolean;
	/** The chosen corner. */
	readonly corner: number | null;
	readonly grip: { readonly held: Grip; readonly before: Shape } | null;
	/** What undo goes back to, oldest first, and what redo goes forward to, next last. */
	readonly past: readonly Shape[];
	readonly future: readonly Shape[];
	/** The corner (or shape: -1) that keys moved last: a row of nudges is one step back. */
	readonly nudged: number | null;
	/** Why the last action was not done, for the person who tried it. */
	readonly refusal: string | null;
}

export type Action =
	/** A new shape begins with no corner. */
	| { type: 'draw'; kind: ZoneKind }
	/** The next corner of a shape being drawn; a line is whole with its second. */
	| { type: 'place'; at: Point }
	/** The area being drawn is whole. */
	| { type: 'close' }
	/** A whole shape where nothing was drawn yet: for those who cannot point. */
	| { type: 'put' }
	| { type: 'choose'; corner: number | null }
	| { type: 'grab'; held: Grip }
	| { type: 'drag'; to: Point }
	| { type: 'drop' }
	/** A new corner on an edge, counted from the edge between corners 0 and 1. */
	| { type: 'insert'; edge: number; at: Point }
	/** Takes away the chosen corner; while drawing, the one placed last. */
	| { type: 'remove' }
	/** Moves the chosen corner, or the whole shape where none is. */
	| { type: 'nudge'; by: Point }
	| { type: 'set'; corner: number; to: Point }
	/** Turns a line's direction round. */
	| { type: 'flip' }
	| { type: 'undo' }
	| { type: 'redo' }
	/** Esc: lets go, gives up the drawing, or chooses nothing. */
	| { type: 'cancel' };

const MOST_STEPS = 100;
/** Finer than a hundredth of a pixel of the widest picture. */
const DECIMALS = 5;

export function editorOf(shape: Shape): Editor {
	return {
		shape,
		drawing: false,
		corner: null,
		grip: null,
		past: [],
		future: [],
		nudged: null,
		refusal: null
	};
}

/** The words that keep a shape from being saved; null when it may be. While it is being drawn nothing is wrong yet. */
export function shapeProblem({ kind, points }: Shape): string | null {
	return kind === 'polygon' ? polygonProblem(points) : lineProblem(points);
}

export function reduce(editor: Editor, action: Action): Editor {
	const next = { ...editor, refusal: null };
	switch (action.type) {
		case 'draw':
			return { ...editorOf({ kind: action.kind, points: [] }), drawing: true };
		case 'place':
			return place(next, action.at);
		case 'close':
			return close(next);
		case 'put':
			return { ...step(next, PUT[next.shape.kind]), drawing: false, corner: 0 };
		case 'choose':
			return { ...next, corner: action.corner, nudged: null };
		case 'grab':
			return grab(next, action.held);
		case 'drag':
			return drag(next, action.to);
		case 'drop':
			return drop(next);
		case 'insert':
			return insert(next, action.edge, action.at);
		case 'remove':
			return remove(next);
		case 'nudge':
			return nudge(next, action.by);
		case 'set':
			return { ...step(next, moved(next.shape.points, action.corner, action.to)), corner: action.corner };
		case 'flip':
			return next.shape.kind === 'line' ? step(next, [...next.shape.points].reverse()) : next;
		case 'undo':
			return undo(next);
		case 'redo':
			return redo(next);
		case 'cancel':
			return cancel(next);
	}
}

const PUT: Record<ZoneKind, readonly Point[]> = {
	polygon: [
		[0.3, 0.3],
		[0.7, 0.3],
		[0.7, 0.7],
		[0.3, 0.7]
	],
	line: [
		[0.3, 0.5],
		[0.7, 0.5]
	]
};

/** The shape with new points, the one before it kept for undo. */
function step(editor: Editor, points: readonly Point[], before = editor.shape): Editor {
	const shape = { ...editor.shape, points: points.map(inside) };
	if (same(shape, before)) return { ...editor, shape, nudged: null };
	return {
		...editor,
		shape,
		past: [...editor.past, before].slice(-MOST_STEPS),
		future: [],
		nudged: null
	};
}

function place(editor: Editor, at: Point): Editor {
	const { points, kind } = editor.shape;
	if (!editor.drawing) return editor;
	if (points.length >= MAX_CORNERS) return refuse(editor, `An area has at most ${MAX_CORNERS} corners.`);
	const last = points.at(-1);
	// A double click places its corner once.
	if (last && Math.hypot(last[0] - at[0], last[1] - at[1]) < 0.002) return editor;
	const placed = step(editor, [...points, at]);
	return kind === 'line' && placed.shape.points.length === 2 ? { ...placed, drawing: false } : placed;
}

function close(editor: Editor): Editor {
	const { kind, points } = editor.shape;
	if (!editor.drawing || kind === 'line') return editor;
	if (points.length < MIN_CORNERS)
		return refuse(editor, `An area needs at least ${MIN_CORNERS} corners; this has ${points.length}.`);
	return { ...editor, drawing: false };
}

function grab(editor: Editor, held: Grip): Editor {
	const corner = held.what === 'corner' ? held.index : null;
	return { ...editor, corner, grip: { held, before: editor.shape }, nudged: null };
}

function drag(editor: Editor, to: Point): Editor {
	const { grip } = editor;
	if (!grip) return editor;
	const { held, before } = grip;
	const points =
		held.what === 'corner'
			? moved(before.points, held.index, to)
			: shifted(before.points, [to[0] - held.at[0], to[1] - held.at[1]]);
	return { ...editor, shape: { ...editor.shape, points: points.map(inside) } };
}

/** A drag is one step back, however long it was. */
function drop(editor: Editor): Editor {
	const { grip } = editor;
	return grip ? { ...step(editor, editor.shape.points, grip.before), grip: null } : editor;
}

function insert(editor: Editor, edge: number, at: Point): Editor {
	const { kind, points } = editor.shape;
	if (kind === 'line' || editor.drawing) return editor;
	if (points.length >= MAX_CORNERS) return refuse(editor, `An area has at most ${MAX_CORNERS} corners.`);
	const next = [...points.slice(0, edge + 1), at, ...points.slice(edge + 1)];
	return { ...step(editor, next), corner: edge + 1 };
}

function remove(editor: Editor): Editor {
	const { kind, points } = editor.shape;
	if (editor.drawing) return points.length > 0 ? step(editor, points.slice(0, -1)) : editor;
	if (editor.corner === null) return editor;
	if (kind === 'line') return refuse(editor, 'A line keeps both its ends. Delete the line instead.');
	if (points.length <= MIN_CORNERS)
		return refuse(editor, `An area needs at least ${MIN_CORNERS} corners. Delete the zone instead.`);
	const left = points.filter((_, i) => i !== editor.corner);
	return { ...step(editor, left), corner: Math.min(editor.corner, left.length - 1) };
}

function nudge(editor: Editor, by: Point): Editor {
	const { corner, shape } = editor;
	if (editor.drawing || shape.points.length === 0) return editor;
	const target = corner ?? -1;
	const point = corner === null ? undefined : shape.points[corner];
	const points = point
		? moved(shape.points, target, [point[0] + by[0], point[1] + by[1]])
		: shifted(shape.points, by);
	if (editor.nudged !== target) return { ...step(editor, points), nudged: target };
	return { ...editor, shape: { ...shape, points: points.map(inside) } };
}

function undo(editor: Editor): Editor {
	const shape = editor.past.at(-1);
	if (!shape || editor.grip) return editor;
	return {
		...editor,
		shape,
		past: editor.past.slice(0, -1),
		future: [...editor.future, editor.shape],
		corner: kept(editor.corner, shape),
		nudged: null,
		drawing: editor.drawing || unfinished(shape)
	};
}

function redo(editor: Editor): Editor {
	const shape = editor.future.at(-1);
	if (!shape || editor.grip) return editor;
	return {
		...editor,
		shape,
		past: [...editor.past, editor.shape],
		future: editor.future.slice(0, -1),
		corner: kept(editor.corner, shape),
		nudged: null,
		drawing: unfinished(shape) || (editor.drawing && shape.kind === 'polygon')
	};
}

function cancel(editor: Editor): Editor {
	if (editor.grip) return { ...editor, shape: editor.grip.before, grip: null };
	if (editor.drawing) return { ...editorOf({ ...editor.shape, points: [] }), drawing: true };
	return { ...editor, corner: null, nudged: null };
}

function refuse(editor: Editor, refusal: string): Editor {
	return { ...editor, refusal };
}

/** Too few points to stand: it is still being drawn. */
function unfinished({ kind, points }: Shape): boolean {
	return points.length < (kind === 'line' ? 2 : MIN_CORNERS);
}

function kept(corner: number | null, shape: Shape): number | null {
	return corner !== null && corner < shape.points.length ? corner : null;
}

function moved(points: readonly Point[], index: number, to: Point): Point[] {
	return points.map((point, i) => (i === index ? to : point));
}

/** Moves every point by as much as keeps all of them in the picture. */
function shifted(points: readonly Point[], [dx, dy]: Point): Point[] {
	const xs = points.map(([x]) => x);
	const ys = points.map(([, y]) => y);
	const x = Math.max(-Math.min(...xs), Math.min(dx, 1 - Math.max(...xs)));
	const y = Math.max(-Math.min(...ys), Math.min(dy, 1 - Math.max(...ys)));
	return points.map(([px, py]) => [px + x, py + y]);
}

function inside([x, y]: Point): Point {
	const within = (value: number) => Number(Math.min(1, Math.max(0, value)).toFixed(DECIMALS));
	return [within(x), within(y)];
}

export function same(a: Shape, b: Shape): boolean {
	return (
		a.kind === b.kind &&
		a.points.length === b.points.length &&
		a.points.every(([x, y], i) => x === b.points[i]?.[0] && y === b.points[i]?.[1])
	);
}
