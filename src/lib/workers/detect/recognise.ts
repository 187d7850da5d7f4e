// From what a file says and a trial run shows to how the model is fed and read.
import type { ModelOverrides, ModelSpec, TensorShape } from '#lib/contracts/model.ts';
import { findForm, fitForm, isTransposed, MAX_CLASSES, type Evidence, type Form } from './forms.ts';
import { labelClasses, readNames } from './labels.ts';
import type { ModelInput } from './model-input.ts';
import type { OnnxHeader } from './onnx-header.ts';
import type { Output } from './decode/decoder.ts';
import { describeTensors, KNOWN_FORMATS, Refusal } from './refusal.ts';

/** One output of the trial run, with the type it had. */
export interface TrialOutput extends Output {
	type: string;
}

/** Throws Refusal where the outputs fit no format, or not the one that was given. */
export function recognise(
	header: OnnxHeader,
	input: ModelInput,
	trial: TrialOutput[],
	overrides: ModelOverrides
): ModelSpec {
	const named = readNames(header.metadata['names']);
	const evidence: Evidence = {
		width: input.width,
		height: input.height,
		outputs: trial,
		sized: input.sizeInput !== null,
		named
	};
	const form = overrides.format ? fitForm(evidence, overrides.format) : findForm(evidence);
	if (!form || (!overrides.format && isTransposed(evidence))) throw notKnown(evidence, trial, overrides);
	return {
		format: form.format,
		input: inputOf(input, form),
		sizeInput: input.sizeInput?.name ?? null,
		outputs: outputShapes(form, header, trial, input.dynamicBatch),
		strides: form.strides,
		labels: labelsOf(form, named, overrides)
	};
}

function inputOf(input: ModelInput, { pixels }: Form): ModelSpec['input'] {
	const { sizeInput: _, ...known } = input;
	// A model that takes bytes normalises them itself.
	const bytes = input.dtype === 'uint8';
	return {
		...known,
		...pixels,
		mean: bytes ? [0, 0, 0] : pixels.mean,
		scale: bytes ? [1, 1, 1] : pixels.scale
	};
}

/** Dimensions that no picture changes, as the trial run had them; the others as the file names them. */
function outputShapes(
	form: Form,
	header: OnnxHeader,
	trial: TrialOutput[],
	dynamicBatch: boolean
): TensorShape[] {
	return form.outputs.map(({ name, dims }) => {
		const declared = header.outputs.find((output) => output.name === name)?.dims ?? [];
		const free = (dim: number, i: number) => (form.fixed ? dim : (declared[i] ?? '?'));
		const [, ...rest] = dims.map(free);
		const type = trial.find((output) => output.name === name)?.type ?? 'float32';
		return { name, type, dims: [dynamicBatch ? 'batch' : 1, ...rest] };
	});
}

function labelsOf({ classes }: Form, named: string[] | null, { labels }: ModelOverrides): string[] {
	if (classes !== null && classes > MAX_CLASSES)
		throw new Refusal(
			`The model tells ${classes} classes apart.`,
			`Use one with at most ${MAX_CLASSES}, or say which format it has.`
		);
	if (classes !== null && labels && labels.length !== classes)
		throw new Refusal(
			`The model tells ${classes} classes apart, but ${labels.length} labels were given.`,
			'Give one label a class, in the order the model was trained with, or none.'
		);
	return labelClasses(classes, labels ?? null, named);
}

function notKnown(evidence: Evidence, trial: TrialOutput[], { format }: ModelOverrides): Refusal {
	const has = `Its outputs are ${describeTensors(trial)}, for an input of ${evidence.width}x${evidence.height} px.`;
	if (format) return new Refusal(`The model does not have the format ${format}. ${has}`, KNOWN_FORMATS);
	if (isTransposed(evidence))
		return new Refusal(
			`The model writes a row for every cell where the v8 form has a column. ${has}`,
			`Export it without the transposition at its end. ${KNOWN_FORMATS}`
		);
	return new Refusal(`The model's outputs fit no format we know. ${has}`, adviceFor(evidence));
}

/** What people upload most often that is not a detector's export as it should be. */
function adviceFor({ outputs }: Evidence): string {
	const names = outputs.map(({ name }) => name);
	if (names.includes('detection_boxes') || names.some((name) => name.startsWith('num_det')))
		return `It has suppression built in, as TensorFlow and TensorRT exports do: export it without. ${KNOWN_FORMATS}`;
	if (names.includes('dets'))
		return `It looks like an export of mmdetection, whose pixel format is not in the file: export the bare head. ${KNOWN_FORMATS}`;
	if (outputs.some(({ dims }) => dims.length === 4))
		return `It looks like a model for segmentation, or a head without its decoding: export a detector. ${KNOWN_FORMATS}`;
	return KNOWN_FORMATS;
}
