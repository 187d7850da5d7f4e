// The processes of the simulation as the driver sees them: started together, told and asked over IPC, ended without warning.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromHost, HostPlan, InstanceFigures, RunNews, ToHost } from './messages.ts';

export interface Host {
	readonly instances: readonly string[];
	readonly pid: number;
	readonly alive: boolean;
	tell(message: ToHost): void;
	report(): Promise<{ figures: Record<string, InstanceFigures>; loopDelayP99Ms: number }>;
	/** As a power cut does. */
	kill(): Promise<void>;
}

const HOST = fileURLToPath(new URL('host.ts', import.meta.url));

/** Resolves once its instances are made; they do nothing before they are told to go. */
export async function startHost(plan: HostPlan, hear: (news: RunNews[]) => void): Promise<Host> {
	const child = spawn(process.execPath, [HOST, JSON.stringify(plan)], {
		stdio: ['ignore', 'inherit', 'inherit', 'ipc']
	});
	process.once('exit', () => child.kill('SIGKILL'));
	child.on('message', (message: FromHost) => message.type === 'runs' && hear(message.news));
	await heard(child, 'ready');
	return {
		instances: plan.instances,
		pid: child.pid as number,
		get alive() {
			return child.exitCode === null && child.signalCode === null;
		},
		tell: (message) => void child.send(message),
		async report() {
			const answer = heard(child, 'report');
			child.send({ type: 'report' } satisfies ToHost);
			return answer;
		},
		async kill() {
			if (child.exitCode !== null || child.signalCode !== null) return;
			child.kill('SIGKILL');
			await once(child, 'exit');
		}
	};
}

function heard<T extends FromHost['type']>(
	child: ChildProcess,
	type: T
): Promise<Extract<FromHost, { type: T }>> {
	return new Promise((resolve, reject) => {
		const settle = () => {
			child.off('message', listen);
			child.off('exit', die);
		};
		const listen = (message: FromHost) => {
			if (message.type !== type) return;
			settle();
			resolve(message as Extract<FromHost, { type: T }>);
		};
		const die = () => {
			settle();
			reject(new Error('a host of the simulation ended'));
		};
		child.on('message', listen);
		child.on('exit', die);
	});
}
