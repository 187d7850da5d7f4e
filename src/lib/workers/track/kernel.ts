// The tracker's maths: intersection over union, assignment, and a constant-velocity Kalman filter for boxes. Pure.
import type { BoundingBox } from '#lib/contracts/detection.ts';

/** Area shared over area covered, 0..1; 0 for boxes without area. */
export function intersectionOverUnion(a: BoundingBox, b: BoundingBox): number {
	const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
	const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
	if (!(width > 0 && height > 0)) return 0;
	const shared = width * height;
	return shared / (a.width * a.height + b.width * b.height - shared);
}

/** The box grown by `share` of its size on every side (C-BIoU, Yang et al. 2023): near things that do not touch then overlap. */
export function grown({ x, y, width, height }: BoundingBox, share: number): BoundingBox {
	return {
		x: x - share * width,
		y: y - share * height,
		width: width * (1 + 2 * share),
		height: height * (1 + 2 * share)
	};
}

/** Pairs [row, column], the best score first, each row and column once, none below `least`. */
export function assignGreedily(scores: readonly (readonly number[])[], least: number): [number, number][] {
	const candidates: { row: number; column: number; score: number }[] = [];
	scores.forEach((columns, row) =>
		columns.forEach((score, column) => {
			if (score >= least) candidates.push({ row, column, score });
		})
	);
	candidates.sort((a, b) => b.score - a.score);
	const rows = new Set<number>();
	const columns = new Set<number>();
	const pairs: [number, number][] = [];
	for (const { row, column } of candidates) {
		if (rows.has(row) || columns.has(column)) continue;
		rows.add(row);
		columns.add(column);
		pairs.push([row, column]);
	}
	return pairs;
}

/** Position and velocity of one coordinate, with the covariance of both. */
export interface Motion1d {
	position: number;
	velocity: number;
	/** Variance of the position, covariance, variance of the velocity. */
	pp: number;
	pv: number;
	vv: number;
}

export function motionAt(position: number, deviation: number, velocityDeviation: number): Motion1d {
	return { position, velocity: 0, pp: deviation ** 2, pv: 0, vv: velocityDeviation ** 2 };
}

/**
 * `dt` seconds later, with a random acceleration of the given deviation (units/s²) all the while:
 * F = [1 dt; 0 1], Q = a² [dt⁴/4 dt³/2; dt³/2 dt²] (Bar-Shalom et al. 2001, 6.3.2).
 */
export function predicted(state: Motion1d, dt: number, acceleration: number): Motion1d {
	const { position, velocity, pp, pv, vv } = state;
	const q = acceleration ** 2;
	return {
		position: position + dt * velocity,
		velocity,
		pp: pp + 2 * dt * pv + dt ** 2 * vv + (q * dt ** 4) / 4,
		pv: pv + dt * vv + (q * dt ** 3) / 2,
		vv: vv + q * dt ** 2
	};
}

/** After a measurement of the position with the given deviation. */
export function corrected(state: Motion1d, measured: number, deviation: number): Motion1d {
	const { position, velocity, pp, pv, vv } = state;
	const innovation = measured - position;
	const [gainP, gainV] = [pp / (pp + deviation ** 2), pv / (pp + deviation ** 2)];
	return {
		position: position + gainP * innovation,
		velocity: velocity + gainV * innovation,
		pp: (1 - gainP) * pp,
		pv: (1 - gainP) * pv,
		vv: vv - gainV * pv
	};
}

/** Centre and size of a box, each with its motion. */
export interface BoxMotion {
	x: Motion1d;
	y: Motion1d;
	width: Motion1d;
	height: Motion1d;
}

// Deviations as shares of the box's scale: how well a detector places a box, and how things of the street move.
const PLACING = 0.08;
const SPEED = 1.5;
const ACCELERATION = 2.5;
const SIZING = 0.12;
const GROWTH = 0.2;
const GROWTH_CHANGE = 0.3;

export function boxMotion(box: BoundingBox): BoxMotion {
	const { across, down } = scaleOf(box.width, box.height);
	return {
		x: motionAt(box.x + box.width / 2, PLACING * across, SPEED * across),
		y: motionAt(box.y + box.height / 2, PLACING * down, SPEED * down),
		width: motionAt(box.width, SIZING * box.width, GROWTH * box.width),
		height: motionAt(box.height, SIZING * box.height, GROWTH * box.height)
	};
}

export function predictedBox({ x, y, width, height }: BoxMotion, dt: number): BoxMotion {
	const { across, down } = scaleOf(width.position, height.position);
	return {
		x: predicted(x, dt, ACCELERATION * across),
		y: predicted(y, dt, ACCELERATION * down),
		width: predicted(width, dt, GROWTH_CHANGE * width.position),
		height: predicted(height, dt, GROWTH_CHANGE * height.position)
	};
}

export function correctedBox(state: BoxMotion, box: BoundingBox): BoxMotion {
	const { across, down } = scaleOf(box.width, box.height);
	return {
		x: corrected(state.x, box.x + box.width / 2, PLACING * across),
		y: corrected(state.y, box.y + box.height / 2, PLACING * down),
		width: corrected(state.width, box.width, SIZING * box.width),
		height: corrected(state.height, box.height, SIZING * box.height)
	};
}

/** The box at a state's means; never without area. */
export function boxAt({ x, y, width, height }: BoxMotion): BoundingBox {
	const [w, h] = [Math.max(width.position, 1e-4), Math.max(height.position, 1e-4)];
	return { x: x.position - w / 2, y: y.position - h / 2, width: w, height: h };
}

/** What a box's motion is measured by: a narrow box moves sideways by more than its width. */
function scaleOf(width: number, height: number): { across: number; down: number } {
	return { across: Math.max(width, height / 2), down: Math.max(height, width / 2) };
}
