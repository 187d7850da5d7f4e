// Models: what an ONNX file takes and gives, as read from it and as the registry answers it.
import { z } from 'zod';
import { name } from './text.ts';
import type { Detected } from './detection.ts';

/** How a model's outputs are decoded. `yolov5` also reads v7; `yolov8` also 9, 11 and 12; `end_to_end` v10 and 26. */
export const MODEL_FORMATS = [
	'yolov5',
	'yolov8',
	'end_to_end',
	'yolox_raw',
	'yolox_decoded',
	'nanodet',
	'detr',
	'detr_hf'
] as const;
export type ModelFormat = (typeof MODEL_FORMATS)[number];

export const EXECUTION_PROVIDERS = ['cpu', 'cuda', 'tensorrt', 'openvino', 'coreml'] as const;
export type ExecutionProvider = (typeof EXECUTION_PROVIDERS)[number];

export const tensorShape = z.object({
	name: z.string(),
	type: z.string().describe('float32, float16, uint8, …'),
	dims: z.array(z.union([z.int(), z.string()])).describe('a name stands for a dynamic dimension')
});
export type TensorShape = z.infer<typeof tensorShape>;

/** How pixels become the input tensor, and outputs become boxes: everything an inference thread needs. */
export const modelSpec = z.object({
	format: z.enum(MODEL_FORMATS),
	input: z.object({
		name: z.string(),
		width: z.int(),
		height: z.int(),
		dtype: z.enum(['float32', 'float16', 'uint8']),
		/** Order of the colour planes. */
		order: z.enum(['rgb', 'bgr']),
		/** value = (pixel − mean) × scale, per plane of that order; pixel is 0..255. */
		mean: z.tuple([z.number(), z.number(), z.number()]),
		scale: z.tuple([z.number(), z.number(), z.number()]),
		/** `letterbox` keeps the picture's shape and fills with `pad`; `stretch` does not. */
		fit: z.enum(['letterbox', 'stretch']),
		pad: z.number(),
		/** Whether the batch dimension is free. */
		dynamicBatch: z.boolean()
	}),
	/** A second input that takes the picture's size (RT-DETR); null otherwise. */
	sizeInput: z.string().nullable(),
	outputs: z.array(tensorShape),
	strides: z.array(z.int()),
	labels: z.array(z.string())
});
export type ModelSpec = z.infer<typeof modelSpec>;

/** What the uploader may say where the file does not, or says it wrongly. */
export const modelOverrides = z.strictObject({
	name: name(120, 'a model needs a name').optional(),
	format: z.enum(MODEL_FORMATS).optional(),
	width: z.coerce.number().int().min(32).max(4096).optional(),
	height: z.coerce.number().int().min(32).max(4096).optional(),
	labels: z.array(z.string().trim().min(1).max(80)).max(2000).optional()
});
export type ModelOverrides = z.infer<typeof modelOverrides>;

/** A model's file may have so many bytes. */
export const MAX_MODEL_BYTES = 512 * 2 ** 20;
/** And a picture's for POST /infer. */
export const MAX_PICTURE_BYTES = 20 * 2 ** 20;

/** Query of POST /models, whose body is the file itself. */
export const modelUploadQuery = modelOverrides.extend({
	labels: z
		.string()
		.max(100_000)
		.transform((text) => text.split(',').map((label) => label.trim()))
		.pipe(modelOverrides.shape.labels.unwrap())
		.optional()
		.describe('names of the classes in their order, separated by commas, where the file has none')
});

/** Query of POST /infer, whose body is the picture itself. */
export const inferQuery = z.strictObject({
	model_id: z.uuid(),
	confidence: z.coerce.number().min(0.01).max(0.99).default(0.3).describe('least confidence of a box')
});

export const modelRecord = z.object({
	id: z.uuid(),
	name: z.string(),
	version: z.int().describe('counts uploads of the same name'),
	format: z.enum(MODEL_FORMATS),
	input_width: z.int(),
	input_height: z.int(),
	precision: z.enum(['float32', 'float16', 'uint8']),
	labels: z.array(z.string()),
	size_bytes: z.int(),
	sha256: z.string(),
	inputs: z.array(tensorShape),
	outputs: z.array(tensorShape),
	trial_ms: z.number().nullable().describe('one inference during vetting, on one thread'),
	used_by: z.array(z.object({ id: z.uuid(), name: z.string() })).describe('streams that chose it'),
	created_at: z.iso.datetime(),
	created_by: z.string()
});
export type ModelRecord = z.infer<typeof modelRecord>;

/** What vetting a file found out, in a process of its own. */
export type VettingResult =
	| { ok: true; spec: ModelSpec; inputs: TensorShape[]; trialMs: number }
	| { ok: false; problem: string; advice: string };

/** What an inference thread needs to load a model. */
export interface LoadableModel {
	id: string;
	path: string;
	spec: ModelSpec;
}

/** How a stream detects. */
export type DetectionConfig =
	| { kind: 'moving'; fps: number; confidence: number }
	| { kind: 'model'; modelId: string; fps: number; confidence: number; gated: boolean };

/** Pixels as they come from the decoder. */
export interface Picture {
	/** yuv420p: the luma plane, then both chroma planes at half size, limited range; rgb24: three bytes a pixel. */
	layout: 'yuv420p' | 'rgb24';
	width: number;
	height: number;
	data: Uint8Array;
}

export interface InferenceResult {
	detections: Detected[];
	/** ms of the run alone, and from pixels to boxes. */
	runMs: number;
	totalMs: number;
}

/** Answer of POST /infer. */
export const inferAnswer = z.object({
	model_id: z.uuid(),
	width: z.int(),
	height: z.int(),
	run_ms: z.number(),
	total_ms: z.number(),
	detections: z.array(
		z.object({
			label: z.string(),
			confidence: z.number(),
			bounding_box: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })
		})
	)
});
export type InferAnswer = z.infer<typeof inferAnswer>;
