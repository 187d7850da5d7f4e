// A model in words: how its outputs are read, how exact its numbers are, how large its file is. Pure.
import type { ModelFormat, ModelRecord } from '#lib/contracts/model.ts';
import { plural } from '../ui/format.ts';

export const FORMAT_WORDS: Record<ModelFormat, string> = {
	yolov5: 'YOLOv5 or 7',
	yolov8: 'YOLOv8, 9, 11 or 12',
	end_to_end: 'End to end (YOLOv10, 26)',
	yolox_raw: 'YOLOX, raw grid',
	yolox_decoded: 'YOLOX, decoded',
	nanodet: 'NanoDet',
	detr: 'RT-DETR or D-FINE',
	detr_hf: 'DETR of Hugging Face'
};

export const PRECISION_WORDS: Record<ModelRecord['precision'], string> = {
	float32: '32-bit',
	float16: '16-bit',
	uint8: '8-bit'
};

const UNITS = ['B', 'kB', 'MB', 'GB'];

/** `3.7 MB`, in powers of a thousand as files are sold. */
export function bytes(size: number): string {
	let value = size;
	let unit = 0;
	while (value >= 999.5 && unit < UNITS.length - 1) {
		value /= 1000;
		unit++;
	}
	return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** The file's name without its ending: what the model is called unless one says otherwise. */
export function nameFromFile(file: string): string {
	return file
		.replace(/\.onnx$/i, '')
		.trim()
		.slice(0, 120);
}

const NAMED = 2;

/** `Ramp P2 and Quay`, `Ramp P2, Quay and 3 more`. */
export function usedByWords(names: readonly string[]): string {
	if (names.length === 0) return 'no camera';
	if (names.length <= NAMED) return names.join(' and ');
	return `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more`;
}

export function classesWords(count: number): string {
	return plural(count, 'class', 'classes');
}
