// The flow stage: an analysis frame in, its motion out; a kernel instance as long as the picture keeps its size.
import type { FlowSample } from '#lib/contracts/flow.ts';
import type { AnalysisConfig } from '#lib/contracts/run.ts';
import { createFlow, type Flow, type FlowField } from './flow/kernel.ts';
import { summarise } from './flow/summary.ts';

/** A frame to analyse: the luma plane, one byte a pixel, tightly packed; what follows it is not looked at. */
export interface AnalysisFrame {
	/** ms since the epoch. */
	capturedAt: number;
	data: Uint8Array;
	width: number;
	height: number;
}

export interface AnalysedFrame {
	capturedAt: number;
	width: number;
	height: number;
	flow: FlowSample;
	/** [x, y, dx, dy, …] of the vectors above the threshold, pixels of the frame; not shared with the kernel. */
	vectors: Float32Array;
	/** The whole field; good until the next frame is measured. */
	field: FlowField;
	/** What the kernel took, ms. */
	flowMs: number;
}

/**
 * Returns the stage of one stream: null for a frame that cannot be measured, told once a picture size through `complain`.
 * It never throws: an error here would otherwise end the thread, and with it every other stream on it.
 */
export function createFlowStage(
	{ gridSize, winRadius, mode, threshold }: AnalysisConfig,
	module: WebAssembly.Module,
	complain: (text: string) => void
): (frame: AnalysisFrame) => AnalysedFrame | null {
	let kernel: Flow | null = null;
	let size = '';

	function kernelFor(width: number, height: number): Flow | null {
		if (size === `${width}x${height}`) return kernel;
		size = `${width}x${height}`;
		kernel = null;
		kernel = createFlow({ width, height, gridSize, winRadius, mode }, module);
		return kernel;
	}

	return ({ capturedAt, data, width, height }) => {
		try {
			const started = performance.now();
			const field = kernelFor(width, height)?.measure(data.subarray(0, width * height));
			if (!field) return null;
			const { vectors, ...flow } = summarise(field, threshold);
			return { capturedAt, width, height, flow, vectors, field, flowMs: performance.now() - started };
		} catch (error) {
			complain(`${width}×${height}: ${error instanceof Error ? error.message : String(error)}`);
			kernel = null;
			return null;
		}
	};
}
