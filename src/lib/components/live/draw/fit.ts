// Where a picture lies in its box: the largest size that shows all of it, centred (letterbox).

/** CSS pixels of the box; `scale` is CSS pixels per frame pixel. */
export interface Fit {
	x: number;
	y: number;
	width: number;
	height: number;
	scale: number;
}

/**
 * Fits a frame into a box without cutting or stretching it.
 *
 *   box wider than frame:   |##[ frame ]##|      box taller:  ######
 *                                                             [frame]
 *                                                             ######
 *
 * Within 2 % of the box's shape the frame fills the box instead: a bar one pixel thick looks like a fault.
 */
export function fitInside(frameWidth: number, frameHeight: number, boxWidth: number, boxHeight: number): Fit {
	if (!(frameWidth > 0 && frameHeight > 0 && boxWidth > 0 && boxHeight > 0)) {
		return { x: 0, y: 0, width: 0, height: 0, scale: 0 };
	}
	const across = boxWidth / frameWidth;
	const down = boxHeight / frameHeight;
	const nearlyEqual = Math.abs(across / down - 1) < 0.02;
	const scale = nearlyEqual ? Math.max(across, down) : Math.min(across, down);
	const width = frameWidth * scale;
	const height = frameHeight * scale;
	return { x: (boxWidth - width) / 2, y: (boxHeight - height) / 2, width, height, scale };
}

/** A point of the frame, in CSS pixels of the box. */
export function toBox(fit: Fit, x: number, y: number): [number, number] {
	return [fit.x + x * fit.scale, fit.y + y * fit.scale];
}

/** A point of the box, in 0..1 of the frame; null outside the picture. */
export function toFrame(fit: Fit, boxX: number, boxY: number): [number, number] | null {
	if (fit.width === 0) return null;
	const x = (boxX - fit.x) / fit.width;
	const y = (boxY - fit.y) / fit.height;
	return x < 0 || x > 1 || y < 0 || y > 1 ? null : [x, y];
}
