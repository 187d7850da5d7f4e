// The figures of a real process and a real child of it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { createInstanceReader } from './instance.ts';
import { NO_GPU } from './metrics/gpu.ts';

const gpu = (available: boolean) => ({
	figures: () => ({ ...NO_GPU, available, utilizationPercent: 40, memoryUsedBytes: 2e9 }),
	settled: async () => {}
});

test('counts the memory and the work of its decoders', async () => {
	const alone = await createInstanceReader(async () => [{ decoderPid: null }], gpu(false))();
	expect(alone.rss_bytes).toBeGreaterThan(10e6);
	expect(alone.rss_percent).toBeGreaterThan(0);
	expect(alone.rss_percent).toBeLessThan(100);
	expect(alone).toMatchObject({ gpu_percent: null, gpu_memory_bytes: null });

	const busy = spawn(process.execPath, ['-e', 'process.stdout.write("go"); for (;;);']);
	try {
		await once(busy.stdout, 'data');
		const read = createInstanceReader(async () => [{ decoderPid: busy.pid! }], gpu(true));
		const first = await read();
		expect(first.rss_bytes).toBeGreaterThan(alone.rss_bytes + 10e6);
		await new Promise((resolve) => setTimeout(resolve, 1500));
		const second = await read();
		// A loop without end takes what it gets: more than a sleeper on however busy a machine.
		expect(second.cpu_percent).toBeGreaterThan(5);
		expect(second).toMatchObject({ gpu_percent: 40, gpu_memory_bytes: 2e9 });
	} finally {
		busy.kill('SIGKILL');
	}
	const gone = await createInstanceReader(async () => [{ decoderPid: 2 ** 30 }], gpu(false))();
	expect(gone.rss_bytes).toBeGreaterThan(0);
});
