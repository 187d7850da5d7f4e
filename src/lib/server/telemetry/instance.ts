// How this instance does as a whole: its memory and processor time with those of its decoders, and the machine's GPU.
import { readFile } from 'node:fs/promises';
import { createGpu, type Gpu } from './metrics/gpu.ts';
import { memoryLimit, residentBytes, type StreamWorker } from './metrics/memory.ts';

export interface InstanceFigures {
	rss_bytes: number;
	/** Of the memory it may use. */
	rss_percent: number;
	/** Of one core, since it was last read; since the start the first time. */
	cpu_percent: number;
	/** Of the busiest GPU, and of all together; null without one. */
	gpu_percent: number | null;
	gpu_memory_bytes: number | null;
}

/** Linux tells processor time in hundredths of a second, whatever its own clock does. */
const TICK_MS = 10;

/** `workers`: what runs streams here; their decoders are processes of their own. */
export function createInstanceReader(
	workers: () => Promise<Pick<StreamWorker, 'decoderPid'>[]>,
	gpu: Gpu = createGpu()
): () => Promise<InstanceFigures> {
	const limit = memoryLimit();
	let before = {
		at: performance.now() - process.uptime() * 1000,
		own: 0,
		decoders: new Map<number, number>()
	};

	async function cpuPercent(pids: readonly number[]): Promise<number> {
		const { user, system } = process.cpuUsage();
		const spent = await Promise.all(pids.map(async (pid) => [pid, await cpuMs(pid)] as const));
		const now = { at: performance.now(), own: (user + system) / 1000, decoders: new Map(spent) };
		const decoders = spent.reduce(
			(sum, [pid, ms]) => sum + Math.max(0, ms - (before.decoders.get(pid) ?? 0)),
			0
		);
		const percent = (100 * (now.own - before.own + decoders)) / Math.max(1, now.at - before.at);
		before = now;
		return percent;
	}

	return async () => {
		const pids = (await workers()).flatMap(({ decoderPid }) => (decoderPid === null ? [] : [decoderPid]));
		const decoders = await Promise.all(pids.map(residentBytes));
		const rss = decoders.reduce<number>((sum, bytes) => sum + (bytes ?? 0), process.memoryUsage.rss());
		const { available, utilizationPercent, memoryUsedBytes } = gpu.figures();
		return {
			rss_bytes: rss,
			rss_percent: (100 * rss) / limit,
			cpu_percent: await cpuPercent(pids),
			gpu_percent: available ? utilizationPercent : null,
			gpu_memory_bytes: available ? memoryUsedBytes : null
		};
	};
}

/** Processor time a process has spent; 0 when it is gone, or where there is no /proc. */
async function cpuMs(pid: number): Promise<number> {
	const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
	// The name, in brackets, may hold anything; user and system time are the 14th and 15th field.
	const [user, system] = stat
		.slice(stat.lastIndexOf(')') + 2)
		.split(' ')
		.slice(11, 13)
		.map(Number);
	return ((user || 0) + (system || 0)) * TICK_MS;
}
