// By which shapes and values of its outputs a model's format is told.
//
// G is the number of grid cells: (width / s)(height / s), summed over the strides s.
import type { ModelFormat } from '#lib/contracts/model.ts';
import { gridCells } from './decode/grid.ts';
import { pairLevels, PLUS_BINS } from './decode/nanodet.ts';
import { isBoxes } from './decode/detr.ts';
import type { Output } from './decode/decoder.ts';
import * as pixels from './pixel-forms.ts';

/** What a trial run on noise answered, and what the file says. */
export interface Evidence {
	/** Size of the input, px. */
	width: number;
	height: number;
	outputs: Output[];
	/** Whether a second input takes the picture's size. */
	sized: boolean;
	/** Class names of the file's metadata. */
	named: string[] | null;
}

export interface Form {
	format: ModelFormat;
	strides: number[];
	/** Null where the outputs do not tell. */
	classes: number | null;
	/** Those that are decoded. */
	outputs: Output[];
	pixels: pixels.PixelForm;
	/** Whether the outputs are as long for every picture. */
	fixed: boolean;
}

interface Test {
	format: ModelFormat;
	/** Whether the shapes fit the format; what is not named stays as FORM has it. */
	fits(evidence: Evidence): Partial<Form> | null;
	/** Whether it is this format rather than another of the same shapes; true unless told. */
	likely?(evidence: Evidence): boolean;
}

const USUAL = [8, 16, 32];
const STRIDES = [USUAL, [8, 16, 32, 64], [4, 8, 16, 32]];
/** Of the tiny models of v3; their rows do not depend on it. */
const TINY = [16, 32];
const MOST_QUERIES = 1000;
/** Of one model; what says more is something else. */
export const MAX_CLASSES = 2000;

/** In the order they are tried: what is told by names comes before what is told by shapes alone. */
const TESTS: Test[] = [
	{
		format: 'detr',
		fits: ({ outputs, sized }) => {
			const used = byNames(outputs, ['labels', 'boxes', 'scores']);
			return used && sized ? { outputs: used, pixels: pixels.RGB_STRETCHED, fixed: false } : null;
		}
	},
	{ format: 'detr_hf', fits: fitsDetrHf },
	{ format: 'nanodet', fits: fitsNanodetPairs },
	{
		format: 'end_to_end',
		fits: (evidence) =>
			withRows(evidence, (rows, row) => rows <= MOST_QUERIES && row === 6, { fixed: false }),
		likely: (evidence) => !isGrid(evidence) && !isTwoClassQueries(evidence)
	},
	{
		format: 'yolov5',
		fits: (evidence) => rowForEachCell(evidence, 3, [...STRIDES, TINY])
	},
	{
		format: 'yolov8',
		fits: (evidence) => {
			const output = main(evidence);
			const [, row = 0, cells] = output?.dims ?? [];
			const sets = strideSets(evidence, [...STRIDES, TINY]);
			const strides = sets.find((set) => gridOf(evidence, set) === cells);
			return output && strides && row >= 5 ? { outputs: [output], strides, classes: row - 4 } : null;
		}
	},
	{
		format: 'nanodet',
		fits: fitsNanodetPlus,
		likely: (evidence) => {
			const output = main(evidence);
			return !!output && !withinUnit(output, 5) && withinUnit(output, 0, output.dims[2]! - 4 * PLUS_BINS);
		}
	},
	{
		format: 'yolox_raw',
		fits: (evidence) => yoloxForm(evidence, pixels.BGR_BYTES),
		likely: (evidence) => isRaw(main(evidence), evidence.width)
	},
	{
		format: 'yolox_decoded',
		fits: (evidence) => {
			const output = main(evidence);
			// YOLOv6 has no objectness: it writes 1. Its pixels are RGB.
			const constant = !!output && columnIs(output, 4, (value) => Math.abs(value - 1) < 1e-3);
			return yoloxForm(evidence, constant ? pixels.RGB_UNIT : pixels.BGR_BYTES);
		}
	},
	{
		format: 'detr',
		fits: (evidence) => {
			const form = withRows(
				evidence,
				(rows, row) => rows <= MOST_QUERIES && row >= 5 && row <= 4 + MAX_CLASSES,
				{
					pixels: pixels.RGB_STRETCHED,
					fixed: false
				}
			);
			return form && { ...form, classes: main(evidence)!.dims[2]! - 4 };
		},
		likely: (evidence) => !isGrid(evidence) && withinUnit(main(evidence)!, 4)
	}
];

/** The format the evidence speaks for; null where it fits none. */
export function findForm(evidence: Evidence): Form | null {
	for (const { format, fits, likely } of TESTS) {
		const form = fits(evidence);
		if (form && (likely?.(evidence) ?? true)) return complete(format, form, evidence);
	}
	return null;
}

/** The given format, where the shapes allow it. */
export function fitForm(evidence: Evidence, format: ModelFormat): Form | null {
	for (const test of TESTS) {
		const form = test.format === format ? test.fits(evidence) : null;
		if (form) return complete(format, form, evidence);
	}
	return null;
}

/** Whether it is the v8 form with rows and columns exchanged: the names tell. */
export function isTransposed(evidence: Evidence): boolean {
	return isGrid(evidence) && evidence.named?.length === main(evidence)!.dims[2]! - 4;
}

function complete(format: ModelFormat, form: Partial<Form>, { outputs }: Evidence): Form {
	return { format, strides: USUAL, classes: null, outputs, pixels: pixels.RGB_UNIT, fixed: true, ...form };
}

/** The one output of three dimensions; the raw heads that some exports add have five. */
function main({ outputs }: Evidence): Output | null {
	const flat = outputs.filter(({ dims }) => dims.length === 3);
	const [output] = flat;
	return output && flat.length === 1 && outputs.every(({ dims }) => dims.length === 3 || dims.length === 5)
		? output
		: null;
}

const gridOf = ({ width, height }: Evidence, strides: number[]): number => gridCells(width, height, strides);

/** Those that divide the input into whole cells. */
function strideSets({ width, height }: Evidence, sets = STRIDES): number[][] {
	return sets.filter((set) => set.every((stride) => width % stride === 0 && height % stride === 0));
}

/** Rows of 5 + classes, so many for each cell. */
function rowForEachCell(evidence: Evidence, anchors: number, sets = STRIDES): Partial<Form> | null {
	const output = main(evidence);
	const [, rows, row = 0] = output?.dims ?? [];
	const strides = strideSets(evidence, sets).find((set) => anchors * gridOf(evidence, set) === rows);
	return output && strides && row >= 6 ? { outputs: [output], strides, classes: row - 5 } : null;
}

function withRows(
	evidence: Evidence,
	test: (rows: number, row: number) => boolean,
	form: Partial<Form>
): Partial<Form> | null {
	const output = main(evidence);
	return output && test(output.dims[1]!, output.dims[2]!) ? { outputs: [output], ...form } : null;
}

/** Whether there is a row for every cell of a grid, once or for each of three anchors. */
function isGrid(evidence: Evidence): boolean {
	const rows = main(evidence)?.dims[1];
	return strideSets(evidence).some((set) => [1, 3].some((times) => times * gridOf(evidence, set) === rows));
}

/** Six columns are two classes of RT-DETR where the file names two and boxes lie in 0..1. */
function isTwoClassQueries(evidence: Evidence): boolean {
	const output = main(evidence);
	const isFraction = (value: number) => value >= 0 && value <= 1;
	return (
		evidence.named?.length === 2 &&
		!!output &&
		output.data.length > 0 &&
		[0, 1, 2, 3].every((column) => columnIs(output, column, isFraction))
	);
}

function yoloxForm(evidence: Evidence, form: pixels.PixelForm): Partial<Form> | null {
	const fit = rowForEachCell(evidence, 1);
	return fit && { ...fit, pixels: form };
}

/** Raw rows are offsets in cells and logarithms of sizes: widths that no box can have, or centres that cover no picture. */
function isRaw(output: Output | null, width: number): boolean {
	if (!output) return false;
	const negative = !columnIs(output, 2, (value) => value > 0) || !columnIs(output, 3, (value) => value > 0);
	return negative || columnIs(output, 0, (value) => Math.abs(value) < width / 8);
}

function columnIs({ data, dims }: Output, column: number, test: (value: number) => boolean): boolean {
	for (let at = column; at < data.length; at += dims[2]!) if (!test(data[at]!)) return false;
	return true;
}

/** Whether columns from..to hold probabilities. */
function withinUnit(output: Output, from: number, to = output.dims[2]!): boolean {
	for (let column = from; column < to; column++) {
		if (!columnIs(output, column, (value) => value >= 0 && value <= 1.001)) return false;
	}
	return true;
}

function byNames(outputs: Output[], names: string[]): Output[] | null {
	const found = names.flatMap((name) => outputs.find((output) => output.name === name) ?? []);
	return found.length === names.length ? found : null;
}

function fitsDetrHf({ outputs }: Evidence): Partial<Form> | null {
	const boxes = outputs.find(({ name, dims }) => isBoxes(name) && dims.length === 3 && dims[2] === 4);
	const names = boxes?.name === 'dets' ? 'labels' : 'logits';
	const logits = outputs.find(({ name, dims }) => name === names && dims.length === 3);
	if (!boxes || !logits || logits.dims[1] !== boxes.dims[1]) return null;
	return {
		outputs: [logits, boxes],
		classes: logits.dims[2]!,
		pixels: boxes.name === 'dets' ? pixels.RGB_IMAGENET : pixels.RGB_STRETCHED,
		fixed: false
	};
}

/** One pair a stride: [1, cells, classes] and [1, cells, 4 · bins]. */
function fitsNanodetPairs({ outputs, width, height }: Evidence): Partial<Form> | null {
	const levels = pairLevels(outputs.filter(({ dims }) => dims.length === 3));
	if (levels.length < 3 || levels.length * 2 !== outputs.length) return null;
	const [first] = levels;
	const strides = STRIDES.find(
		(set) =>
			set.length === levels.length &&
			levels.every(({ cells }, level) => cells === gridCells(width, height, [set[level]!]))
	);
	const alike = levels.every(
		({ classes, distances }) =>
			classes.dims[2] === first!.classes.dims[2] &&
			distances.dims[2] === first!.distances.dims[2] &&
			distances.dims[2]! % 4 === 0
	);
	if (!strides || !alike) return null;
	return { strides, classes: first!.classes.dims[2]!, pixels: pixels.BGR_IMAGENET };
}

/** [1, G with stride 64 and cells rounded up, classes + 4 · 8] */
function fitsNanodetPlus(evidence: Evidence): Partial<Form> | null {
	const strides = [8, 16, 32, 64];
	const output = main(evidence);
	const classes = (output?.dims[2] ?? 0) - 4 * PLUS_BINS;
	if (!output || classes < 1 || output.dims[1] !== gridOf(evidence, strides)) return null;
	return { outputs: [output], strides, classes, pixels: pixels.BGR_IMAGENET };
}
