// The figures of motion on one analysed frame, as every room and the browser know them.

/** How the field is measured: `fast` is the product's own method, `faithful` agrees with OpenCV's PyrLK. */
export const FLOW_MODES = ['fast', 'faithful'] as const;
export type FlowMode = (typeof FLOW_MODES)[number];

/** Magnitudes are pixels of the analysis frame per analysed frame. */
export interface FlowSample {
	/** Mean magnitude of the vectors above the threshold; 0 when there are none. */
	avg: number;
	/** Greatest magnitude above the threshold; 0 when there are none. */
	max: number;
	/** Vectors above the threshold. */
	count: number;
	/** Grid points measured. */
	total: number;
	/** Circular mean direction, degrees clockwise from up in the picture; null when nothing moves. */
	direction: number | null;
	/** Length of the mean unit vector, 0 (every way at once) to 1 (all one way); 0 when nothing moves. */
	coherence: number;
}
