// Parts of a whole as arcs of a ring. Pure.

export interface Arc {
	/** Index of the part. */
	part: number;
	path: string;
}

/** Arcs clockwise from the top, in the order given; parts of nothing have none. A gap keeps neighbours apart. */
export function ringArcs(parts: readonly number[], inner: number, outer: number, gapDeg = 1.5): Arc[] {
	const total = parts.reduce((sum, part) => sum + part, 0);
	if (total <= 0) return [];
	const alone = parts.filter((part) => part > 0).length === 1;
	let begin = 0;
	return parts.flatMap((amount, part) => {
		const sweep = (amount / total) * 360;
		const [from, to] = [begin + (alone ? 0 : gapDeg / 2), begin + sweep - (alone ? 0.01 : gapDeg / 2)];
		begin += sweep;
		return amount > 0 && to > from ? [{ part, path: arc(from, to, inner, outer) }] : [];
	});
}

function arc(from: number, to: number, inner: number, outer: number): string {
	const point = (degrees: number, radius: number) => {
		const radians = (degrees * Math.PI) / 180;
		return `${(Math.sin(radians) * radius).toFixed(2)} ${(-Math.cos(radians) * radius).toFixed(2)}`;
	};
	const large = to - from > 180 ? 1 : 0;
	return `M${point(from, outer)}A${outer} ${outer} 0 ${large} 1 ${point(to, outer)}L${point(to, inner)}A${inner} ${inner} 0 ${large} 0 ${point(from, inner)}z`;
}
