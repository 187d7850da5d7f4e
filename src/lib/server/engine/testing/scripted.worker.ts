// A worker for tests of the supervision: real threads, and streams that behave as badly as their address says.
import { spawn } from 'node:child_process';
import type { RuleState } from '#lib/contracts/alert.ts';
import type { FromWorker, SharedPicture, StreamTask, ToWorker } from '#lib/contracts/messages.ts';
import type { WatchConfig } from '#lib/contracts/run.ts';

const FLOW = { avg: 1, max: 2, count: 3, total: 4, direction: 90, coherence: 1 };

/**
 * `scripted://well`, `deaf`, `busy`, `exit`, `throw`, `memory`, `silent`, `child`, `returns`; `watching` tells a fact and a
 * rule's state for all it is told to watch; `asking` shows the model a picture every 50 ms.
 */
export default async function runStream({ config, port }: StreamTask): Promise<void> {
	const behaviour = new URL(config.source.url).hostname;
	const send = (message: FromWorker) => port.postMessage(message);
	let seq = 0;
	const { streamId } = config;
	if (behaviour === 'watching') tellWatched(streamId, config.watch, send);
	send({ type: 'phase', at: Date.now(), state: { phase: 'waiting' } });
	send({ type: 'connect-request', requestId: 1 });
	await new Promise<void>((stopped) => {
		let timer: NodeJS.Timeout | undefined;
		port.on('message', (message: ToWorker) => {
			if (message.type === 'connect-granted') {
				send({ type: 'phase', at: Date.now(), state: { phase: 'connecting', attempt: 1 } });
				send({ type: 'connect-done', requestId: 1 });
				send({ type: 'phase', at: Date.now(), state: { phase: 'live' } });
				send({ type: 'log', at: Date.now(), level: 'info', text: 'live' });
				misbehave(behaviour, send, stopped);
				if (behaviour !== 'silent') timer = setInterval(tell, 100);
			}
			if (message.type === 'connect-denied') {
				const { failure } = message;
				send({
					type: 'phase',
					at: 0,
					state: { phase: 'failed', failure, attempt: 1, retryAt: Date.now() + 1e6 }
				});
			}
			if (message.type === 'watch') tellWatched(streamId, message.watch, send);
			if (message.type === 'infer-result' || message.type === 'infer-missed') {
				const said =
					message.type === 'infer-missed' ? message.reason : JSON.stringify(message.result.detections);
				send({ type: 'log', at: Date.now(), level: 'info', text: `picture ${message.requestId}: ${said}` });
			}
			if (message.type === 'stop' && behaviour !== 'deaf' && behaviour !== 'child') stopped();
		});
		port.on('close', () => {
			clearInterval(timer);
			stopped();
		});
		function tell(): void {
			seq++;
			const stats = {
				fps: 10,
				framesDropped: 0,
				reconnects: 0,
				latencyMs: 5,
				flow: FLOW,
				flowMs: 1,
				detection: null
			};
			if (behaviour === 'asking')
				for (let n = 0; n < 5; n++) send({ type: 'infer', requestId: seq * 10 + n, picture: grey() });
			send({ type: 'stats', stats: { ...stats, framesProcessed: seq, lastFrameAt: Date.now() } });
		}
	});
	port.close();
}

/** All it watches, as one fact without zones' figures and one state a rule. */
function tellWatched(streamId: string, watch: WatchConfig, send: (message: FromWorker) => void): void {
	const zones = watch.zones.map(({ id }) => ({ zoneId: id, flow: null, objects: {}, crossings: {} }));
	send({ type: 'facts', facts: { streamId, at: Date.now(), zones } });
	for (const { id } of watch.rules) send({ type: 'rule', state: stateOf(id, streamId) });
}

function stateOf(ruleId: string, streamId: string): RuleState {
	return { ruleId, streamId, state: 'clear', at: Date.now(), value: null, peak: null, labels: {} };
}

function grey(): SharedPicture {
	const [width, height] = [64, 48];
	return { layout: 'yuv420p', width, height, buffer: new SharedArrayBuffer((width * height * 3) / 2) };
}

function misbehave(behaviour: string, send: (message: FromWorker) => void, stopped: () => void): void {
	switch (behaviour) {
		case 'busy':
			setTimeout(() => {
				for (;;);
			}, 50);
			return;
		case 'exit':
			setTimeout(() => process.exit(3), 50);
			return;
		case 'throw':
			setTimeout(() => {
				throw new Error('the decoder slipped');
			}, 50);
			return;
		case 'memory':
			setTimeout(() => {
				const kept: unknown[] = [];
				for (;;) kept.push(new Array(1e5).fill(Math.random()));
			}, 50);
			return;
		case 'child':
			send({ type: 'process', pid: spawn('sleep', ['600'], { stdio: 'ignore' }).pid ?? null });
			return;
		case 'returns':
			setTimeout(stopped, 50);
			return;
		default:
			return;
	}
}

/** The smallest module there is: nothing here measures flow. */
export function compileFlow(): WebAssembly.Module {
	return new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
}
