// A model's input as its file tells it: which one takes the picture, of what size and type. Before anything is run.
import type { ModelOverrides, ModelSpec, TensorShape } from '#lib/contracts/model.ts';
import type { OnnxHeader } from './onnx-header.ts';
import { describeModel, KNOWN_FORMATS, Refusal } from './refusal.ts';

/** The input before its format is known, and with it how pixels become values. */
export interface ModelInput extends Pick<
	ModelSpec['input'],
	'name' | 'width' | 'height' | 'dtype' | 'dynamicBatch'
> {
	/** A second input for the picture's size. */
	sizeInput: TensorShape | null;
}

const SIDES = { least: 32, most: 4096 };
const DTYPES = ['float32', 'float16', 'uint8'] as const;

/** Throws Refusal where the file cannot be a detector that takes pictures. */
export function readModelInput(header: OnnxHeader, overrides: ModelOverrides): ModelInput {
	const { task } = header.metadata;
	if (task && task !== 'detect')
		throw new Refusal(
			`The model is made for the task "${task.slice(0, 40)}", not for detection.`,
			'Export a model whose task is "detect".'
		);
	if (header.externalData)
		throw new Refusal(
			'The model keeps its weights in a second file.',
			'Save it as one file (save_as_external_data=False) and upload it again.'
		);
	const image = imageInput(header);
	return {
		name: image.name,
		dtype: dtypeOf(image),
		...sizeOf(image, header, overrides),
		dynamicBatch: batchOf(image),
		sizeInput: sizeInputOf(header, image)
	};
}

function imageInput(header: OnnxHeader): TensorShape {
	const images = header.inputs.filter(({ dims }) => dims.length === 4);
	const [image] = images;
	if (!image || images.length > 1)
		throw new Refusal(
			`The model has ${images.length || 'no'} inputs that could take a picture. It has ${describeModel(header)}.`,
			'A detector takes one tensor of [batch, 3, height, width].'
		);
	if (image.dims[1] === 3 || typeof image.dims[1] === 'string') return image;
	throw new Refusal(
		image.dims[3] === 3
			? `The model takes colours last (NHWC), as TensorFlow writes it. It has ${describeModel(header)}.`
			: `The model does not take three colour planes. It has ${describeModel(header)}.`,
		`Export it with [batch, 3, height, width]. ${KNOWN_FORMATS}`
	);
}

function dtypeOf({ name, type }: TensorShape): ModelInput['dtype'] {
	const dtype = DTYPES.find((known) => known === type);
	if (dtype) return dtype;
	throw new Refusal(
		`The model's input ${name} is of type ${type}.`,
		`Export it with ${DTYPES.join(', ')} as the input's type.`
	);
}

/** What the uploader says, else what the file says, else its metadata. */
function sizeOf(image: TensorShape, { metadata }: OnnxHeader, overrides: ModelOverrides) {
	const [, , fileHeight, fileWidth] = image.dims;
	const [metaHeight, metaWidth] = readSize(metadata['imgsz']);
	const height = pickSide('height', fileHeight, overrides.height, metaHeight);
	const width = pickSide('width', fileWidth, overrides.width, metaWidth);
	for (const side of [width, height]) {
		if (Number.isInteger(side) && side >= SIDES.least && side <= SIDES.most) continue;
		throw new Refusal(
			`The model's input is ${width}x${height} px.`,
			`Use one whose sides are ${SIDES.least} to ${SIDES.most} px.`
		);
	}
	return { width, height };
}

function pickSide(
	side: 'width' | 'height',
	ofFile: number | string | undefined,
	given: number | undefined,
	ofMetadata: number | undefined
): number {
	if (typeof ofFile === 'number') {
		if (given === undefined || given === ofFile) return ofFile;
		throw new Refusal(
			`The model's input has a fixed ${side} of ${ofFile} px, but ${given} was given.`,
			`Leave the ${side} empty.`
		);
	}
	const chosen = given ?? ofMetadata;
	if (chosen !== undefined) return chosen;
	throw new Refusal(
		`The model's input has a dynamic ${side} ("${ofFile}") and its file does not say what it was trained with.`,
		'Give width and height, or export it with a fixed size.'
	);
}

/** `[640, 640]` is height, width; `640` is both. */
function readSize(text: string | undefined): [height?: number, width?: number] {
	const numbers = (text ?? '').match(/\d+/g)?.map(Number) ?? [];
	return [numbers[0], numbers[1] ?? numbers[0]];
}

function batchOf({ dims: [batch] }: TensorShape): boolean {
	if (typeof batch === 'string') return true;
	if (batch === 1) return false;
	throw new Refusal(
		`The model takes ${batch} pictures at a time.`,
		'Export it with a batch of 1, or a dynamic batch.'
	);
}

/** RT-DETR and D-FINE take [batch, 2] beside the picture. */
function sizeInputOf(header: OnnxHeader, image: TensorShape): TensorShape | null {
	const others = header.inputs.filter((input) => input !== image);
	const [other] = others;
	if (!other) return null;
	if (others.length === 1 && other.dims.length === 2 && other.dims[1] === 2) return other;
	throw new Refusal(
		`The model wants more than a picture and its size. It has ${describeModel(header)}.`,
		KNOWN_FORMATS
	);
}
