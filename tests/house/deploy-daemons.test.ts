// What deploy/ hands to other programs, asked of those programs themselves: NATS's configuration and Prometheus'.
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { listOf, render, type Fields } from './deploy/kustomize.ts';
import { DEPLOY, ROOT, secretFile } from './deploy/samples.ts';

const PATH = [process.env.PATH, '/usr/sbin'].join(delimiter);
const scratch = mkdtempSync(join(tmpdir(), 'vf-daemons-'));
const running: ChildProcess[] = [];
afterAll(() => {
	for (const child of running) child.kill('SIGKILL');
	rmSync(scratch, { recursive: true, force: true });
});

const ROUTES = '["nats://route:1234@127.0.0.1:1"]';
const environment = { PATH, POD_NAME: 'nats-0', NATS_PASSWORD: '"1234"', NATS_ROUTES: ROUTES };
const CONFIGURATIONS = ['nats', 'k8s/components/nats', 'k8s/components/nats-cluster'].map((folder) => ({
	folder,
	file: join(DEPLOY, folder, 'nats.conf')
}));

describe.each(CONFIGURATIONS)('$folder/nats.conf', ({ file }) => {
	const check = (env: Record<string, string>) =>
		spawnSync('nats-server', ['-t', '-c', file], { env, encoding: 'utf8' });

	it('is one that NATS takes', () => {
		const { status, stderr, stdout } = check(environment);
		expect(`${stdout}${stderr}`).toContain('is valid');
		expect(status).toBe(0);
	});

	it('is refused without a password', () => {
		const { NATS_PASSWORD: _, ...without } = environment;
		expect(check(without)).toMatchObject({
			status: 1,
			stderr: expect.stringContaining('NATS_PASSWORD') as unknown
		});
	});
});

it('lets clients in by the password alone, and keeps what they give it', async () => {
	const port = await launch(CONFIGURATIONS[0]!.file);
	const login = { servers: `127.0.0.1:${port}`, user: 'vectorflow', reconnect: false };
	await expect(connect({ ...login, pass: 'wrong' })).rejects.toThrow(/[Aa]uthorization/);
	await expect(connect({ servers: login.servers, reconnect: false })).rejects.toThrow(/[Aa]uthorization/);
	const client = await connect({ ...login, pass: '1234' });
	const manager = await jetstreamManager(client);
	await manager.streams.add({ name: 'KEPT', subjects: ['kept'] });
	expect((await manager.streams.info('KEPT')).config.storage).toBe('file');
	await client.close();
});

it('makes one cluster of the three servers of the production overlay', { timeout: 60_000 }, async () => {
	const { file } = CONFIGURATIONS[2]!;
	const [first, second, third] = [await freePort(), await freePort(), await freePort()];
	const routes = [first, second, third].map((port) => `"nats://route:1234@127.0.0.1:${port}"`).join();
	const servers = [first, second, third].map((cluster, index) =>
		launch(file, { POD_NAME: `nats-${index}`, NATS_ROUTES: `[${routes}]` }, cluster)
	);
	const [port] = await Promise.all(servers);
	const client = await connect({ servers: `127.0.0.1:${port}`, user: 'vectorflow', pass: '1234' });
	let kept: number | undefined;
	for (let tries = 0; kept === undefined && tries < 60; tries++) {
		await sleep(500);
		kept = await jetstreamManager(client)
			.then((manager) => manager.streams.add({ name: 'KEPT', subjects: ['kept'], num_replicas: 3 }))
			.then((info) => info.config.num_replicas)
			.catch(() => undefined);
	}
	expect(kept).toBe(3);
	await client.close();
});

describe('Prometheus', () => {
	const check = (file: string) =>
		spawnSync('promtool', ['check', 'config', '--syntax-only', file], { encoding: 'utf8' });

	it('takes prometheus.yaml', () => {
		const { status, stdout, stderr } = check(join(DEPLOY, 'prometheus/prometheus.yaml'));
		expect(`${stdout}${stderr}`).toContain('SUCCESS');
		expect(status).toBe(0);
	});

	/** Debian's Prometheus is built without the discovery that asks Kubernetes: the rest of the job is put to it. */
	it('takes the job of kubernetes.yaml', () => {
		const config = parse(readFileSync(join(DEPLOY, 'prometheus/kubernetes.yaml'), 'utf8')) as Fields;
		const file = join(scratch, 'kubernetes.yaml');
		for (const job of listOf(config.scrape_configs)) delete job.kubernetes_sd_configs;
		writeFileSync(file, stringify(config));
		expect(check(file).stdout).toContain('SUCCESS');
	});

	it('would refuse what it does not know', () => {
		const file = join(scratch, 'wrong.yaml');
		writeFileSync(file, 'scrape_configs: [{ job_name: vector-flow, metrics_pth: /metrics }]');
		expect(check(file).stderr).toContain('metrics_pth');
	});

	it('and its adapter give the autoscaler the metric that it asks for, with the labels that lead to the pod', () => {
		const read = (name: string) => parse(readFileSync(join(DEPLOY, 'prometheus', name), 'utf8')) as Fields;
		const autoscaler = render(join(DEPLOY, 'k8s/overlays/production'), { secretFile }).find(
			({ kind, metadata }) => kind === 'HorizontalPodAutoscaler' && metadata.name === 'vector-flow-worker'
		);
		const asked = listOf((autoscaler?.spec as Fields).metrics).find(({ type }) => type === 'Pods');
		const [rule] = listOf(read('adapter-rules.yaml').rules);
		expect(asked).toMatchObject({ pods: { metric: { name: (rule?.name as Fields).as } } });
		const [job] = listOf(read('kubernetes.yaml').scrape_configs);
		const given = listOf(job?.relabel_configs).map((relabel) => relabel.target_label);
		expect(given).toEqual(
			expect.arrayContaining(Object.keys((rule?.resources as Fields).overrides as Fields))
		);
		const metrics = readFileSync(join(ROOT, 'docs/reference/metrics.md'), 'utf8');
		expect(metrics).toContain(`| \`${String((rule?.name as Fields).as)}\` | gauge |`);
		expect(rule?.seriesQuery).toMatch(/^vector_flow_leases_held\{namespace!="",pod!=""\}$/);
	});
});

/** With ports and a store of its own, in place of the container's. Resolves to the port for clients, when that is open. */
async function launch(file: string, env: Record<string, string> = {}, cluster?: number): Promise<number> {
	const [port, monitor] = [await freePort(), await freePort()];
	const folder = mkdtempSync(join(scratch, 'nats-'));
	const own = readFileSync(file, 'utf8')
		.replace('listen: 0.0.0.0:4222', `listen: 127.0.0.1:${port}`)
		.replace(/http: [\d.]+:8222/, `http: 127.0.0.1:${monitor}`)
		.replace('listen: 0.0.0.0:6222', `listen: 127.0.0.1:${cluster}`)
		.replace(/store_dir: \S+/, `store_dir: "${folder}"`);
	writeFileSync(join(folder, 'nats.conf'), own);
	const child = spawn('nats-server', ['-c', join(folder, 'nats.conf')], {
		env: { ...environment, ...env },
		stdio: 'ignore'
	});
	running.push(child);
	for (let tries = 0; tries < 200; tries++) {
		if (child.exitCode !== null) throw new Error(`nats-server ended with ${child.exitCode}`);
		const well = await fetch(`http://127.0.0.1:${monitor}/healthz?js-enabled=true`).catch(() => null);
		if (well) return port;
		await sleep(50);
	}
	throw new Error('nats-server does not answer');
}

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}
