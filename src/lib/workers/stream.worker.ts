// What the engine's threads are asked to do. One thread runs many streams; each call of the default export is one of them.
import type { StreamTask } from '#lib/contracts/messages.ts';
import type { ProbeResult } from '#lib/contracts/probe.ts';
import type { SourceConfig } from '#lib/contracts/run.ts';
import { compileFlowModule, warmUp } from './flow/kernel.ts';
import { probeSource } from './ingest/probe.ts';
import { runPipeline } from './pipeline.ts';

let warm = false;

/** Runs one stream until it is told to stop. */
export default async function runStream(task: StreamTask): Promise<void> {
	if (!warm) warmUp(task.flowModule);
	warm = true;
	await runPipeline(task);
}

/** Looks at a source once, away from the server's own thread. */
export async function probe(task: { source: SourceConfig; ffmpegPath: string }): Promise<ProbeResult> {
	return probeSource(task.source, task.ffmpegPath);
}

export async function compileFlow(): Promise<WebAssembly.Module> {
	return compileFlowModule();
}
