// A process, or a worker thread, that runs one source until it is killed: shows that its ffmpeg does not outlive it.
// Prints {"pid": N} of every ffmpeg, and {"frames": N} once frames come. Argument (or worker data): a SourceConfig as JSON.
import { parentPort, workerData } from 'node:worker_threads';
import type { SourceConfig } from '#lib/contracts/run.ts';
import { openSource } from '#lib/workers/ingest/source.ts';
import { runConfig } from './watch.ts';

const source = JSON.parse((workerData as string | null) ?? process.argv[2] ?? '{}') as SourceConfig;
const say = (message: object) =>
	parentPort ? parentPort.postMessage(message) : console.log(JSON.stringify(message));
let frames = 0;

openSource(
	runConfig({ source }),
	{
		phase: () => {},
		source: () => {},
		frame: () => ++frames === 5 && say({ frames }),
		preview: () => {},
		process: (pid) => pid !== null && say({ pid }),
		log: () => {},
		dropped: () => {},
		reconnect: () => {}
	},
	{ acquire: () => Promise.resolve(() => {}) }
);
