// RT-DETR and D-FINE, in the three forms they are exported in. None needs suppression: a query is an object.
import { best, outputWhere, sigmoid, type DecodeContext, type Decoder, type Output } from './decoder.ts';
import type { Candidates } from './candidates.ts';

/**
 * `labels` [1, Q], `boxes` [1, Q, 4] and `scores` [1, Q], with the picture's size as a second input: x1, y1, x2, y2 in
 * px of that size. Or one output [1, Q, 4 + classes]: centre x, y, width, height in 0..1, probabilities.
 */
export const detr: Decoder = {
	overlapping: false,
	decode(outputs, context, found) {
		const [only] = outputs;
		if (outputs.length === 1 && only) return decodeOne(only, context, found);
		const boxes = outputWhere(outputs, ({ name }) => name === 'boxes').data;
		const scores = outputWhere(outputs, ({ name }) => name === 'scores').data;
		const labels = outputWhere(outputs, ({ name }) => name === 'labels').data;
		scores.forEach((score, query) => {
			if (score <= context.threshold) return;
			const at = query * 4;
			found.add(boxes[at]!, boxes[at + 1]!, boxes[at + 2]!, boxes[at + 3]!, score, labels[query]!);
		});
	}
};

/** `logits` [1, Q, classes] and `pred_boxes` [1, Q, 4], of Hugging Face; `labels` and `dets` of RF-DETR: sigmoid, boxes in 0..1. */
export const detrHf: Decoder = {
	overlapping: false,
	decode(outputs, context, found) {
		const boxes = outputWhere(outputs, ({ name }) => isBoxes(name)).data;
		const { data, dims } = outputWhere(outputs, ({ name }) => !isBoxes(name));
		const classes = dims[2]!;
		for (let query = 0; query < dims[1]!; query++) {
			const [label, logit] = best(data, query * classes, classes);
			if (logit === -Infinity) found.discarded++;
			const score = sigmoid(logit);
			if (score > context.threshold) addScaled(found, boxes, query * 4, context, score, label);
		}
	}
};

export const isBoxes = (name: string): boolean => name === 'pred_boxes' || name === 'dets';

function decodeOne({ data, dims }: Output, context: DecodeContext, found: Candidates): void {
	const row = dims[2]!;
	for (let at = 0; at < data.length; at += row) {
		const [label, score] = best(data, at + 4, row - 4);
		if (score === -Infinity) found.discarded++;
		if (score > context.threshold) addScaled(found, data, at, context, score, label);
	}
}

function addScaled(
	found: Candidates,
	boxes: Float32Array,
	at: number,
	{ width, height }: DecodeContext,
	score: number,
	label: number
): void {
	const x = boxes[at]! * width;
	const y = boxes[at + 1]! * height;
	found.addCentred(x, y, boxes[at + 2]! * width, boxes[at + 3]! * height, score, label);
}
