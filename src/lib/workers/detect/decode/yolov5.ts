// YOLOv5 and v7: [1, 3G, 5 + classes], rows of centre x, y, width, height in px, objectness, class probabilities.
import { best, outputWhere, type Decoder } from './decoder.ts';

export const yolov5: Decoder = {
	overlapping: true,
	decode(outputs, { threshold }, found) {
		const { data, dims } = outputWhere(outputs, (output) => output.dims.length === 3);
		const width = dims[2]!;
		for (let at = 0; at < data.length; at += width) {
			const objectness = data[at + 4]!;
			if (objectness <= threshold) continue;
			if (!Number.isFinite(objectness)) {
				found.discarded++;
				continue;
			}
			const [label, probability] = best(data, at + 5, width - 5);
			const score = objectness * probability;
			if (score > threshold)
				found.addCentred(data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!, score, label);
		}
	}
};
