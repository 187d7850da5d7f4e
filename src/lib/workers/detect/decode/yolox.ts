// YOLOX: [1, G, 5 + classes]. Raw: offsets in cells and logarithms of sizes in strides; decoded (also YOLOv6): px.
import { best, outputWhere, type DecodeContext, type Decoder, type Output } from './decoder.ts';
import { forEachCell } from './grid.ts';
import type { Candidates } from './candidates.ts';

/**
 * Raw rows, with (c, r) the cell and s its stride:  x = (c + dx) s,  y = (r + dy) s,  w = exp(dw) s,  h = exp(dh) s.
 */
export const yoloxRaw: Decoder = {
	overlapping: true,
	decode(outputs, context, found) {
		const { data, dims } = theOutput(outputs);
		const row = dims[2]!;
		forEachCell(context.width, context.height, context.strides, (cell, column, line, stride) => {
			const at = cell * row;
			const hit = sighting(data, at, row, context, found);
			if (!hit) return;
			const x = (column + data[at]!) * stride;
			const y = (line + data[at + 1]!) * stride;
			const width = Math.exp(data[at + 2]!) * stride;
			const height = Math.exp(data[at + 3]!) * stride;
			found.addCentred(x, y, width, height, hit.score, hit.label);
		});
	}
};

export const yoloxDecoded: Decoder = {
	overlapping: true,
	decode(outputs, context, found) {
		const { data, dims } = theOutput(outputs);
		const row = dims[2]!;
		for (let at = 0; at < data.length; at += row) {
			const hit = sighting(data, at, row, context, found);
			if (hit) found.addCentred(data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!, hit.score, hit.label);
		}
	}
};

const theOutput = (outputs: Output[]): Output => outputWhere(outputs, ({ dims }) => dims.length === 3);

/** Objectness times the best class's probability, where that exceeds the threshold. */
function sighting(
	data: Float32Array,
	at: number,
	row: number,
	{ threshold }: DecodeContext,
	found: Candidates
): { score: number; label: number } | null {
	const objectness = data[at + 4]!;
	if (objectness <= threshold) return null;
	if (!Number.isFinite(objectness)) {
		found.discarded++;
		return null;
	}
	const [label, probability] = best(data, at + 5, row - 5);
	const score = objectness * probability;
	return score > threshold ? { score, label } : null;
}
