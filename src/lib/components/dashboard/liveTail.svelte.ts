// What a camera's statuses said since the page is open: it stands at the end of the charts until history has it.
import type { FlowSample } from '#lib/contracts/flow.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';

export interface LiveSample {
	/** Seconds since the epoch, the server's clock. */
	at: number;
	/** null: nothing was measured. */
	flow: FlowSample | null;
	fps: number | null;
	latencyMs: number | null;
}

/** Longer than history ever lags behind: a roll-up takes a minute or two. */
const KEPT_S = 600;

export class LiveTail {
	/** One a second, oldest first: a new array each time. */
	samples = $state.raw<readonly LiveSample[]>([]);
	#streamId: string | null = null;

	take(status: StreamStatus, atS: number): void {
		const before = this.#streamId === status.streamId ? this.samples : [];
		this.#streamId = status.streamId;
		const well = status.status === 'connected';
		const sample: LiveSample = {
			at: Math.floor(atS),
			flow: well ? status.flow : null,
			fps: well ? status.fps : null,
			latencyMs: well ? status.latencyMs : null
		};
		this.samples = [...before.filter(({ at }) => at > sample.at - KEPT_S && at < sample.at), sample];
	}

	/** Those of a stream; none while another's are kept. */
	of(streamId: string): readonly LiveSample[] {
		return this.#streamId === streamId ? this.samples : [];
	}
}
