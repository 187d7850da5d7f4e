// The worker thread of bench:bus: preview frames of ordinary size, spread over the second as those of so many cameras are.
import { randomBytes } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { PreviewFrame } from '#lib/contracts/messages.ts';

// A busy scene at 960 wide: what bench:pipeline's clip gives on average, and somewhat more.
const JPEG_BYTES = 60_000;
const VECTORS = 1_300;

const { ids, fps } = workerData as { ids: string[]; fps: number };
const picture = randomBytes(JPEG_BYTES);
const motion = Float32Array.from({ length: VECTORS * 4 }, (_, i) =>
	i % 4 < 2 ? 8 + 16 * ((i >> 2) % 80) : Math.fround((Math.random() - 0.5) * 24)
);
let seq = 0;

ids.forEach((streamId, index) => {
	setTimeout(() => setInterval(() => say(streamId), 1000 / fps), (1000 / fps / ids.length) * index);
});

function say(streamId: string): void {
	const jpeg = Uint8Array.from(picture);
	const vectors = motion.slice();
	const frame: PreviewFrame = {
		streamId,
		runId: streamId,
		seq: seq++,
		capturedAt: Date.now(),
		width: 640,
		height: 360,
		jpeg,
		gridSize: 16,
		flow: { avg: 4.2, max: 17.5, count: VECTORS, total: 3_600, direction: 91.5, coherence: 0.4 },
		vectors,
		objects: []
	};
	parentPort?.postMessage(frame, [jpeg.buffer, vectors.buffer]);
}
