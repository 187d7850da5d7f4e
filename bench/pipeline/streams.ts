// Runs streams through the product in a child process and counts what they cost.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { StreamStatus } from '#lib/contracts/status.ts';
import type { HostPlan } from './host.ts';
import { delay } from './peers.ts';
import { cpuSeconds, memoryMiB, processTree, sum } from './process.ts';

export interface StreamsCost {
	/** CPU seconds of the server, its threads and every ffmpeg, over the window. */
	cpuSeconds: number;
	/** CPU seconds of the ffmpeg processes alone. */
	decoderSeconds: number;
	/** Analysed frames over the window, all streams. */
	frames: number;
	windowS: number;
	/** Proportional set size of the whole tree at the end of the window. */
	memoryMiB: number;
	statuses: StreamStatus[];
}

/** Starts `plan`, lets it warm up, counts for `windowS` seconds, stops it. */
export async function measureStreams(plan: HostPlan, warmupS: number, windowS: number): Promise<StreamsCost> {
	const host = fork(fileURLToPath(new URL('host.ts', import.meta.url)), [JSON.stringify(plan)], {
		stdio: 'inherit'
	});
	try {
		await once(host, 'message');
		await delay(warmupS);
		const before = await snapshot(host);
		await delay(windowS);
		const after = await snapshot(host);
		return {
			cpuSeconds: sum(pidsOf(after).map((pid) => spent(pid, before, after))),
			decoderSeconds: sum(
				pidsOf(after)
					.filter((pid) => pid !== host.pid)
					.map((pid) => spent(pid, before, after))
			),
			frames: sum(
				after.statuses.map(
					(status, index) => status.framesProcessed - (before.statuses[index]?.framesProcessed ?? 0)
				)
			),
			windowS: (after.at - before.at) / 1000,
			memoryMiB: sum(pidsOf(after).map(memoryMiB)),
			statuses: after.statuses
		};
	} finally {
		host.send('stop');
		await Promise.race([once(host, 'exit'), delay(10)]);
		host.kill('SIGKILL');
	}
}

interface Snapshot {
	at: number;
	cpu: Map<number, number>;
	statuses: StreamStatus[];
}

async function snapshot(host: ChildProcess): Promise<Snapshot> {
	host.send('statuses');
	const [statuses] = (await once(host, 'message')) as [StreamStatus[]];
	const cpu = new Map(processTree(host.pid as number).map((pid) => [pid, cpuSeconds(pid)]));
	return { at: Date.now(), cpu, statuses };
}

const pidsOf = (snapshot: Snapshot) => [...snapshot.cpu.keys()];
const spent = (pid: number, before: Snapshot, after: Snapshot) =>
	(after.cpu.get(pid) ?? 0) - (before.cpu.get(pid) ?? 0);
