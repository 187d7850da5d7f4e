// Tells long vectors that a moving thing explains from accidents: a light that sweeps, a patch that matched somewhere far away.
import type { FlowField } from './kernel.ts';

/** The picture is halved three times: a window at the coarsest level sees eight times as far as at full size. */
const COARSEST = 8;
/** Neighbours agree when their vectors differ by at most this share of the longer one's length. */
const AGREEMENT = 0.5;

/**
 * Whether a found vector can be motion. Up to the window radius it always can: both windows overlap, and the match is
 * direct. A longer one was led there by a coarse level, whose window, 2^level times as wide, covers the grid's
 * neighbours too: true motion of that length is therefore shared by one of the eight, and never exceeds the
 * coarsest window's half width.
 *
 *     . . .        . . .
 *     . → →  kept  . → .  left out, when → is longer than the window radius
 *     . . .        . . .
 *
 * Where the grid is so wide that neighbouring windows do not touch, neighbours prove nothing and only the reach counts.
 */
export function isPlausible(field: FlowField, point: number): boolean {
	const { winRadius, gridSize } = field;
	const dx = field.flow[2 * point] as number;
	const dy = field.flow[2 * point + 1] as number;
	const length = Math.sqrt(dx * dx + dy * dy);
	if (length <= winRadius) return true;
	if (length > COARSEST * winRadius) return false;
	return gridSize > 2 * winRadius + 1 || hasCompany(field, point, AGREEMENT * length);
}

/** Whether one of the eight neighbours moves within `tolerance` px of this point. */
function hasCompany(field: FlowField, point: number, tolerance: number): boolean {
	const { columns, rows, flow, status } = field;
	const column = point % columns;
	const row = Math.floor(point / columns);
	for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
		for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
			const other = y * columns + x;
			if (other === point || status[other] === 0) continue;
			const du = (flow[2 * other] as number) - (flow[2 * point] as number);
			const dv = (flow[2 * other + 1] as number) - (flow[2 * point + 1] as number);
			if (du * du + dv * dv <= tolerance * tolerance) return true;
		}
	}
	return false;
}
