// Starts the processes of bench:bus, lets them warm up, and counts what they use together over a window.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cpuSeconds, processTree, sum } from '../pipeline/process.ts';
import type { NodeFigures, NodePlan } from './node.ts';

export interface Cost {
	/** Of all processes, and of every ffmpeg they started. */
	cpuMs: number;
	/** Of nats-server, beside. */
	natsMs: number;
	said: number;
	shown: number;
	sent: { messages: number; bytes: number };
	dropped: number;
}

export async function measure(
	plans: NodePlan[],
	warmupS: number,
	windowS: number,
	natsPid: number
): Promise<Cost> {
	const nodes: ChildProcess[] = [];
	try {
		for (const plan of plans) nodes.push(await start(plan));
		await sleep(warmupS * 1000);
		const before = await look(nodes, natsPid);
		await sleep(windowS * 1000);
		return difference(before, await look(nodes, natsPid));
	} finally {
		await Promise.all(nodes.map(end));
	}
}

async function start(plan: NodePlan): Promise<ChildProcess> {
	const node = fork(fileURLToPath(new URL('node.ts', import.meta.url)), [JSON.stringify(plan)], {
		stdio: 'inherit'
	});
	await once(node, 'message');
	return node;
}

async function end(node: ChildProcess): Promise<void> {
	if (node.exitCode !== null || node.signalCode !== null) return;
	const ended = once(node, 'exit');
	node.send('stop');
	await Promise.race([ended, sleep(5_000)]);
	node.kill('SIGKILL');
}

async function look(nodes: ChildProcess[], natsPid: number): Promise<Cost> {
	const figures = await Promise.all(nodes.map(figuresOf));
	const decoders = nodes.flatMap(({ pid }) => processTree(pid as number).slice(1));
	return {
		cpuMs: sum(figures.map(({ cpuMs }) => cpuMs)) + 1000 * sum(decoders.map(cpuSeconds)),
		natsMs: 1000 * cpuSeconds(natsPid),
		said: sum(figures.map(({ said }) => said)),
		shown: sum(figures.map(({ shown }) => shown)),
		sent: {
			messages: sum(figures.map(({ sent }) => sent.messages)),
			bytes: sum(figures.map(({ sent }) => sent.bytes))
		},
		dropped: sum(figures.map(({ dropped }) => dropped))
	};
}

async function figuresOf(node: ChildProcess): Promise<NodeFigures> {
	const answer = once(node, 'message');
	node.send('figures');
	const [figures] = (await answer) as [NodeFigures];
	return figures;
}

function difference(before: Cost, after: Cost): Cost {
	return {
		cpuMs: after.cpuMs - before.cpuMs,
		natsMs: after.natsMs - before.natsMs,
		said: after.said - before.said,
		shown: after.shown - before.shown,
		sent: {
			messages: after.sent.messages - before.sent.messages,
			bytes: after.sent.bytes - before.sent.bytes
		},
		dropped: after.dropped - before.dropped
	};
}
