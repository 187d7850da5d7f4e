// Every format's decoder.
import type { ModelFormat } from '#lib/contracts/model.ts';
import type { Decoder } from './decoder.ts';
import { detr, detrHf } from './detr.ts';
import { endToEnd } from './end-to-end.ts';
import { nanodet } from './nanodet.ts';
import { yolov5 } from './yolov5.ts';
import { yolov8 } from './yolov8.ts';
import { yoloxDecoded, yoloxRaw } from './yolox.ts';

export const DECODERS: Record<ModelFormat, Decoder> = {
	yolov5,
	yolov8,
	end_to_end: endToEnd,
	yolox_raw: yoloxRaw,
	yolox_decoded: yoloxDecoded,
	nanodet,
	detr,
	detr_hf: detrHf
};
