// YOLOv8, 9, 11 and 12: [1, 4 + classes, G], one row each of centre x, y, width, height in px and of every class's score.
import { outputWhere, type Decoder } from './decoder.ts';

export const yolov8: Decoder = {
	overlapping: true,
	decode(outputs, { scan }, found) {
		const { data, dims } = outputWhere(outputs, (output) => output.dims.length === 3);
		const anchors = dims[2]!;
		const { sightings, invalid } = scan(data.subarray(4 * anchors), anchors);
		found.discarded += invalid;
		for (const { anchor, label, score } of sightings) {
			const x = data[anchor]!;
			const y = data[anchors + anchor]!;
			found.addCentred(x, y, data[2 * anchors + anchor]!, data[3 * anchors + anchor]!, score, label);
		}
	}
};
