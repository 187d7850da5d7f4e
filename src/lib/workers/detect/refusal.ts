// Why a model cannot be used, for the person who uploaded it.
import type { TensorShape } from '#lib/contracts/model.ts';

export class Refusal extends Error {
	readonly advice: string;

	/** `problem` says what is so, `advice` what to do about it. */
	constructor(problem: string, advice: string) {
		super(problem);
		this.name = 'Refusal';
		this.advice = advice;
	}
}

/** The shapes we know, with S the input's side and G the number of grid cells (8400 at 640 px). */
export const KNOWN_FORMATS =
	'Known are: YOLOv5/v7 [1, 3G, 5+classes]; YOLOv8/9/11/12 [1, 4+classes, G]; end-to-end YOLOv10/26 [1, up to 1000, 6]; ' +
	'YOLOX and YOLOv6 [1, G, 5+classes]; NanoDet, six outputs [1, cells, classes] and [1, cells, 4·bins], ' +
	'or [1, G, classes+4·bins]; RT-DETR and D-FINE labels, boxes, scores; or logits and pred_boxes; ' +
	'G is the number of grid cells at strides 8, 16 and 32: 8400 at 640 px.';

/** "inputs images float32 [1, 3, 640, 640]; outputs output0 float32 [1, 84, 8400]", cut to a readable length. */
export function describeModel({
	inputs,
	outputs
}: {
	inputs: TensorShape[];
	outputs: TensorShape[];
}): string {
	return `inputs ${describeTensors(inputs)}; outputs ${describeTensors(outputs)}`;
}

const SHOWN = 12;

export function describeTensors(tensors: TensorShape[]): string {
	const shown = tensors
		.slice(0, SHOWN)
		.map(({ name, type, dims }) => `${name.slice(0, 60)} ${type} [${dims.join(', ')}]`);
	const more = tensors.length - shown.length;
	return (shown.join(', ') || 'none') + (more > 0 ? ` and ${more} more` : '');
}
