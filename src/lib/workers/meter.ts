// One second of a run, counted: rates, the flow's means, latency.
import type { FlowSample } from '#lib/contracts/flow.ts';
import type { RunStats } from '#lib/contracts/messages.ts';

export interface Meter {
	/** An analysed frame: its figures, when it was captured and analysed (ms since the epoch), and what the kernel took (ms). */
	frame(flow: FlowSample, capturedAt: number, analysedAt: number, flowMs: number): void;
	dropped(count: number): void;
	reconnect(): void;
	/** The figures since the last call. `elapsedMs` is how long ago that was. */
	take(elapsedMs: number): Omit<RunStats, 'detection'>;
}

export function createMeter(): Meter {
	const totals = { framesProcessed: 0, framesDropped: 0, reconnects: 0 };
	let lastFrameAt: number | null = null;
	let latencyMs: number | null = null;
	let second: { flow: FlowSample; flowMs: number }[] = [];

	return {
		frame(flow, capturedAt, analysedAt, flowMs) {
			totals.framesProcessed++;
			lastFrameAt = analysedAt;
			latencyMs = Math.max(0, analysedAt - capturedAt);
			second.push({ flow, flowMs });
		},
		dropped(count) {
			totals.framesDropped += count;
		},
		reconnect() {
			totals.reconnects++;
		},
		take(elapsedMs) {
			const frames = second;
			second = [];
			return {
				...totals,
				fps: elapsedMs > 0 ? (frames.length * 1000) / elapsedMs : 0,
				lastFrameAt,
				latencyMs,
				flow: meanFlow(frames.map((frame) => frame.flow)),
				flowMs: frames.length > 0 ? mean(frames.map((frame) => frame.flowMs)) : null
			};
		}
	};
}

/**
 * Several samples as one: mean avg, greatest max, mean count and coherence, and the circular mean of the directions,
 * each weighed by its coherence so that a frame that moves every way at once turns nothing. Null without samples.
 */
export function meanFlow(samples: FlowSample[]): FlowSample | null {
	const last = samples.at(-1);
	if (!last) return null;
	return {
		avg: mean(samples.map((sample) => sample.avg)),
		max: samples.reduce((max, sample) => Math.max(max, sample.max), 0),
		count: Math.round(mean(samples.map((sample) => sample.count))),
		total: last.total,
		direction: meanDirection(samples),
		coherence: mean(samples.map((sample) => sample.coherence))
	};
}

/** Degrees clockwise from up, 0 ≤ d < 360; null when nothing moved or the directions cancel out. */
function meanDirection(samples: FlowSample[]): number | null {
	let up = 0;
	let right = 0;
	for (const { direction, coherence } of samples) {
		if (direction === null) continue;
		const angle = (direction * Math.PI) / 180;
		up += Math.cos(angle) * coherence;
		right += Math.sin(angle) * coherence;
	}
	if (Math.hypot(up, right) < 1e-9) return null;
	return ((Math.atan2(right, up) * 180) / Math.PI + 360) % 360;
}

function mean(values: number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}
