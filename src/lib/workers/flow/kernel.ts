// The flow kernel from TypeScript: compiles the module once, and gives every stream a private instance.
import { readFile } from 'node:fs/promises';
import type { FlowMode } from '#lib/contracts/flow.ts';

/** Sides of an analysis frame that the kernel accepts, px. */
export const MAX_FRAME_SIDE = 4096;
const GRID_SIZES = { least: 1, most: 256 };
const WIN_RADII = { least: 2, most: 15 };
/** Mode numbers of the kernel's `configure`. */
const MODE_NUMBERS = { fast: 0, faithful: 1, restless: 2 } as const;

export interface FlowOptions {
	/** Size of the analysis frames, px. */
	width: number;
	height: number;
	/** Grid step, px: 4 to 64 for users. */
	gridSize: number;
	/** The window is 2 * winRadius + 1 pixels wide and high: 2 to 15. */
	winRadius: number;
	mode: FlowMode;
	/** Fast mode only: measure every cell of every frame, even those that stand still. For tests and benches. */
	restless?: boolean;
}

/** One frame's motion. The arrays are views of the kernel's memory: read them before the next `measure`. */
export interface FlowField {
	columns: number;
	rows: number;
	/** Grid point (column, row) lies at pixel (originX + column * gridSize, originY + row * gridSize). */
	gridSize: number;
	originX: number;
	originY: number;
	/** dx, dy of every point, row by row: px of the analysis frame since the frame before. */
	flow: Float32Array;
	/** 1 where the point was found, 0 where there was too little texture or it left the picture. */
	status: Uint8Array;
	/** Window radius it was measured with, px. */
	winRadius: number;
}

export type FlowErrorCode = 'flow_options_invalid' | 'flow_frame_size';

export class FlowError extends Error {
	readonly kind = 'invalid_input';
	readonly code: FlowErrorCode;

	constructor(code: FlowErrorCode, message: string) {
		super(message);
		this.name = 'FlowError';
		this.code = code;
	}
}

/** What kernel/assembly/index.ts exports. */
interface KernelExports {
	memory: WebAssembly.Memory;
	configure(width: number, height: number, gridSize: number, winRadius: number, mode: number): void;
	input(): number;
	flow(): number;
	status(): number;
	columns(): number;
	rows(): number;
	gridOriginX(): number;
	gridOriginY(): number;
	awake(): number;
	reset(): void;
	measure(): void;
}

/** Compiles the kernel. A module can be posted to other threads; each stream then instantiates its own. */
export async function compileFlowModule(): Promise<WebAssembly.Module> {
	return WebAssembly.compile(await readFile(new URL('lk.wasm', import.meta.url)));
}

/** Measures the motion between consecutive frames of one stream. Not to be shared between streams. */
export class Flow {
	readonly options: FlowOptions;
	private readonly kernel: KernelExports;
	private readonly input: Uint8Array;
	private readonly field: FlowField;

	constructor(options: FlowOptions, module: WebAssembly.Module) {
		checkOptions(options);
		const { width, height, gridSize, winRadius } = options;
		this.options = options;
		this.kernel = new WebAssembly.Instance(module).exports as unknown as KernelExports;
		// Memory grows here and never again, so that the views made next stay valid.
		this.kernel.configure(width, height, gridSize, winRadius, modeNumber(options));
		this.input = new Uint8Array(this.kernel.memory.buffer, this.kernel.input(), width * height);
		this.field = fieldOf(this.kernel, gridSize, winRadius);
	}

	/**
	 * The motion from the frame given before to this one; a first frame has none (every status is 0).
	 * frame: width * height bytes of gray (0..255, or a camera's own 16..235), tightly packed. Throws FlowError on any other length.
	 */
	measure(frame: Uint8Array): FlowField {
		if (frame.length !== this.input.length) throw wrongSize(frame.length, this.options);
		this.input.set(frame);
		this.kernel.measure();
		return this.field;
	}

	/** Grid points that the last frame had to measure; the others stood still. */
	get awakePoints(): number {
		return this.kernel.awake();
	}

	/** Forgets the frames given so far: the next one counts as the first. */
	reset(): void {
		this.kernel.reset();
	}

	/** Memory of this instance, bytes. */
	get memoryBytes(): number {
		return this.kernel.memory.buffer.byteLength;
	}
}

/** An instance for one stream. Throws FlowError where an option is out of range. */
export function createFlow(options: FlowOptions, module: WebAssembly.Module): Flow {
	return new Flow(options, module);
}

/**
 * Runs the kernel on small moving pictures for a few milliseconds, so that the engine's optimising compiler is done
 * with it before the first real frame. Once a thread and module is enough; without it first frames take 0.4 to 6 ms.
 */
export function warmUp(module: WebAssembly.Module, mode: FlowMode = 'fast', winRadius = 8): void {
	const side = 160;
	const flow = new Flow({ width: side, height: side, gridSize: 16, winRadius, mode, restless: true }, module);
	const frame = new Uint8Array(side * side);
	for (let k = 0; k < 60; k++) {
		for (let i = 0; i < frame.length; i++) frame[i] = 128 + 90 * Math.sin((i % side) / 5 + k / 3 + i / 997);
		flow.measure(frame);
	}
}

function modeNumber(options: FlowOptions): number {
	return options.mode === 'fast' && options.restless ? MODE_NUMBERS.restless : MODE_NUMBERS[options.mode];
}

function fieldOf(kernel: KernelExports, gridSize: number, winRadius: number): FlowField {
	const points = kernel.columns() * kernel.rows();
	return {
		columns: kernel.columns(),
		rows: kernel.rows(),
		gridSize,
		winRadius,
		originX: kernel.gridOriginX(),
		originY: kernel.gridOriginY(),
		flow: new Float32Array(kernel.memory.buffer, kernel.flow(), points * 2),
		status: new Uint8Array(kernel.memory.buffer, kernel.status(), points)
	};
}

function checkOptions({ width, height, gridSize, winRadius }: FlowOptions): void {
	checkWhole('frame width', width, 1, MAX_FRAME_SIDE);
	checkWhole('frame height', height, 1, MAX_FRAME_SIDE);
	checkWhole('grid_size', gridSize, GRID_SIZES.least, GRID_SIZES.most);
	checkWhole('win_radius', winRadius, WIN_RADII.least, WIN_RADII.most);
}

function checkWhole(name: string, value: number, least: number, most: number): void {
	if (Number.isInteger(value) && value >= least && value <= most) return;
	throw new FlowError(
		'flow_options_invalid',
		`Cannot measure flow: ${name} is ${value}; give a whole number from ${least} to ${most}.`
	);
}

function wrongSize(length: number, { width, height }: FlowOptions): FlowError {
	return new FlowError(
		'flow_frame_size',
		`Cannot measure flow: the frame has ${length} bytes, but ${width}x${height} gray needs ${width * height}. ` +
			'Create a new Flow when the picture changes its size.'
	);
}
