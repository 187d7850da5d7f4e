// Rectangles in cells of the raster. Pure maths.

/** The right and lower edges are outside: a single cell is 1 wide. */
export interface Rect {
	left: number;
	top: number;
	right: number;
	bottom: number;
}

export function areaOf({ left, top, right, bottom }: Rect): number {
	return Math.max(0, right - left) * Math.max(0, bottom - top);
}

export function overlapArea(a: Rect, b: Rect): number {
	const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
	const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
	return width > 0 && height > 0 ? width * height : 0;
}

export function joined(a: Rect, b: Rect): Rect {
	return {
		left: Math.min(a.left, b.left),
		top: Math.min(a.top, b.top),
		right: Math.max(a.right, b.right),
		bottom: Math.max(a.bottom, b.bottom)
	};
}

export function moved({ left, top, right, bottom }: Rect, dx: number, dy: number): Rect {
	return { left: left + dx, top: top + dy, right: right + dx, bottom: bottom + dy };
}

export function grownBy({ left, top, right, bottom }: Rect, by: number): Rect {
	return { left: left - by, top: top - by, right: right + by, bottom: bottom + by };
}
