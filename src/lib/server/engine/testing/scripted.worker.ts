// A worker for tests of the supervision: real threads, and streams that behave as badly as their address says.
import { spawn } from 'node:child_process';
import type { FromWorker, StreamTask, ToWorker } from '#lib/contracts/messages.ts';

const FLOW = { avg: 1, max: 2, count: 3, total: 4, direction: 90, coherence: 1 };

/** `scripted://well`, `deaf`, `busy`, `exit`, `throw`, `memory`, `silent`, `child`, `returns`. */
export default async function runStream({ config, port }: StreamTask): Promise<void> {
	const behaviour = new URL(config.source.url).hostname;
	const send = (message: FromWorker) => port.postMessage(message);
	let seq = 0;
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
			send({ type: 'stats', stats: { ...stats, framesProcessed: seq, lastFrameAt: Date.now() } });
		}
	});
	port.close();
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
