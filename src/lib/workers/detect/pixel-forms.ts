// How each family of models was trained to see pixels. Source: the families' own export and inference code.
import type { ModelSpec } from '#lib/contracts/model.ts';

export type PixelForm = Pick<ModelSpec['input'], 'order' | 'mean' | 'scale' | 'fit' | 'pad'>;

const NONE: [number, number, number] = [0, 0, 0];
const ONE: [number, number, number] = [1, 1, 1];
const UNIT: [number, number, number] = [1 / 255, 1 / 255, 1 / 255];
const inverse = (a: number, b: number, c: number): [number, number, number] => [1 / a, 1 / b, 1 / c];

/** Everything of Ultralytics, YOLOv5 to 26, and YOLOv6: RGB in 0..1 on grey. */
export const RGB_UNIT: PixelForm = { order: 'rgb', mean: NONE, scale: UNIT, fit: 'letterbox', pad: 114 };
/** YOLOX since 0.2: BGR as it comes. */
export const BGR_BYTES: PixelForm = { order: 'bgr', mean: NONE, scale: ONE, fit: 'letterbox', pad: 114 };
/** NanoDet and NanoDet-Plus: ImageNet's statistics in BGR, on black. */
export const BGR_IMAGENET: PixelForm = {
	order: 'bgr',
	mean: [103.53, 116.28, 123.675],
	scale: inverse(57.375, 57.12, 58.395),
	fit: 'letterbox',
	pad: 0
};
/** RT-DETR and D-FINE: RGB in 0..1, the picture stretched. */
export const RGB_STRETCHED: PixelForm = { ...RGB_UNIT, fit: 'stretch' };
/** RF-DETR: ImageNet's statistics in RGB, stretched. */
export const RGB_IMAGENET: PixelForm = {
	order: 'rgb',
	mean: [123.675, 116.28, 103.53],
	scale: inverse(58.395, 57.12, 57.375),
	fit: 'stretch',
	pad: 0
};
