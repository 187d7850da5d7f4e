// YOLOv10, 26 and every export with its own suppression: [1, up to 1000, 6], rows of x1, y1, x2, y2 in px, score, class.
import { outputWhere, type Decoder } from './decoder.ts';

const ROW = 6;

export const endToEnd: Decoder = {
	overlapping: false,
	decode(outputs, { threshold }, found) {
		const { data } = outputWhere(outputs, (output) => output.dims.at(-1) === ROW);
		for (let at = 0; at + ROW <= data.length; at += ROW) {
			// Rows are not always sorted, and the unused ones are zero. A score that is no number goes on to be counted.
			const score = data[at + 4]!;
			if (score <= threshold) continue;
			const label = Math.round(data[at + 5]!);
			found.add(data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!, score, label);
		}
	}
};
