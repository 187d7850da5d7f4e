// A real Prometheus, Debian's, in a process of its own: what it is asked in tests, and how it is told of new rules.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './server.ts';

export const hasPrometheus = ['promtool', 'prometheus'].every(
	(program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0
);

export interface Series {
	metric: Record<string, string>;
	/** Time in seconds since the epoch, and the value as a text. */
	values: [number, string][];
}

export interface FiringAlert {
	labels: Record<string, string>;
	annotations: Record<string, string>;
	state: 'pending' | 'firing';
}

export interface Prometheus {
	url: string;
	/** The series of a query over the last `seconds`, as a panel with a range asks. */
	range(query: string, seconds: number, step?: number): Promise<Series[]>;
	/** The series of a query as it is now. */
	now(query: string): Promise<Series[]>;
	labelValues(label: string, metric: string): Promise<string[]>;
	alerts(): Promise<FiringAlert[]>;
	end(): Promise<void>;
}

/** Starts it in `dir`, with a config and rules in Prometheus' own form, and waits until it answers. */
export async function startPrometheus(dir: string, config: string, rules: object): Promise<Prometheus> {
	const port = await freePort();
	const file = join(dir, 'prometheus.yaml');
	writeFileSync(file, config);
	// JSON is YAML too.
	writeFileSync(join(dir, 'vector-flow-alerts.yaml'), JSON.stringify(rules));
	const place = ['--storage.tsdb.path', join(dir, 'tsdb'), '--web.listen-address', `127.0.0.1:${port}`];
	const child = spawn('prometheus', ['--config.file', file, ...place], {
		stdio: ['ignore', 'ignore', 'pipe']
	});
	let said = '';
	child.stderr.on('data', (data: Buffer) => (said = (said + data.toString()).slice(-4000)));
	const url = `http://127.0.0.1:${port}`;

	async function ask<T>(path: string, fields: Record<string, string | number>): Promise<T> {
		const body = new URLSearchParams(Object.entries(fields).map(([key, value]) => [key, String(value)]));
		const response = await fetch(url + path, { method: 'POST', body });
		const answer = (await response.json()) as { status: string; data: T; error?: string };
		if (answer.status !== 'success') throw new Error(`${fields['query']}: ${answer.error}`);
		return answer.data;
	}

	for (const deadline = Date.now() + 20_000; !(await isReady(url)); await sleep(100))
		if (child.exitCode !== null || Date.now() > deadline)
			throw new Error(`Prometheus did not start: ${said}`);

	return {
		url,
		async range(query, seconds, step = 5) {
			const end = Date.now() / 1000;
			const fields = { query, start: end - seconds, end, step };
			return (await ask<{ result: Series[] }>('/api/v1/query_range', fields)).result;
		},
		async now(query) {
			const { result } = await ask<{ result: { metric: Series['metric']; value: Series['values'][0] }[] }>(
				'/api/v1/query',
				{ query }
			);
			return result.map(({ metric, value }) => ({ metric, values: [value] }));
		},
		async labelValues(label, metric) {
			const response = await fetch(`${url}/api/v1/label/${label}/values?match[]=${metric}`);
			return ((await response.json()) as { data: string[] }).data;
		},
		async alerts() {
			const response = await fetch(`${url}/api/v1/alerts`);
			return ((await response.json()) as { data: { alerts: FiringAlert[] } }).data.alerts;
		},
		async end() {
			if (child.exitCode !== null || child.signalCode !== null) return;
			child.kill('SIGKILL');
			await once(child, 'exit');
		}
	};
}

const isReady = (url: string) =>
	fetch(`${url}/-/ready`).then(
		({ ok }) => ok,
		() => false
	);
