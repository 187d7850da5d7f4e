// deploy/k8s holds together: its overlays render, fit their schemas, name what exists, and give no right to spare.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { INSTANCE_ROLES } from '#lib/contracts/instance.ts';
import { loadConfig } from '#lib/server/config/index.ts';
import { VARIABLES } from '#lib/server/config/variables.ts';
import { weaknesses } from './deploy/hardening.ts';
import {
	containersOf,
	isFields,
	listOf,
	podOf,
	render,
	splitImage,
	type Fields,
	type Resource
} from './deploy/kustomize.ts';
import { brokenReferences, PROBES } from './deploy/references.ts';
import { DEPLOY, exampleOf, ROOT, secretFile } from './deploy/samples.ts';
import { schemaViolations, unknownFields } from './deploy/schemas.ts';

const OVERLAYS = ['local', 'production', 'production-gpu', 'production-sites', 'production-volumes'];

const renderOverlay = (name: string, from = DEPLOY) =>
	render(join(from, 'k8s/overlays', name), { secretFile });
const called = ({ kind, metadata }: Resource) => `${kind}/${metadata.name}`;
const one = (resources: Resource[], name: string) => {
	const found = resources.find((resource) => called(resource) === name);
	if (!found) throw new Error(`there is no ${name}`);
	return found;
};

const serversOf = (resources: Resource[]) =>
	resources.filter((resource) => containersOf(resource).some(({ name }) => name === 'server'));

/** What the container of a server finds in its environment; the cluster's own facts as in some pod. */
function variablesOf(server: Resource, resources: Resource[]): Record<string, string> {
	const facts: Record<string, string> = { 'metadata.name': 'some-pod', 'status.podIP': '10.1.2.3' };
	const environment: Record<string, string> = {
		...(one(resources, 'ConfigMap/vector-flow').data as Record<string, string>),
		...decodedSecret(one(resources, 'Secret/vector-flow'))
	};
	for (const { name, value, valueFrom } of listOf(containersOf(server)[0]?.env)) {
		const field = isFields(valueFrom) && isFields(valueFrom.fieldRef) ? valueFrom.fieldRef.fieldPath : '';
		const text = String(value ?? facts[String(field)]);
		environment[String(name)] = text.replaceAll(
			/\$\((\w+)\)/g,
			(_, inner: string) => environment[inner] ?? ''
		);
	}
	return environment;
}

const decodedSecret = ({ data }: Resource) =>
	Object.fromEntries(
		Object.entries(data as Record<string, string>).map(([name, value]) => [
			name,
			Buffer.from(value, 'base64').toString()
		])
	);

describe.each(OVERLAYS)('the overlay %s', (overlay) => {
	let resources: Resource[];
	beforeAll(() => void (resources = renderOverlay(overlay)));

	it('fits Kubernetes’ schemas', async () => expect(await schemaViolations(resources)).toEqual([]));
	it('names what exists', () => expect(brokenReferences(resources)).toEqual([]));
	it('gives no right to spare, and bounds and asks every container', () =>
		expect(weaknesses(resources)).toEqual([]));

	it('runs every role, and cameras in pods of their own', () => {
		const roles = serversOf(resources).map((server) => String(variablesOf(server, resources).VF_ROLES));
		expect(new Set(roles.flatMap((list) => list.split(',')))).toEqual(new Set(INSTANCE_ROLES));
		expect(roles.filter((list) => list !== 'web,relay' && list !== 'worker')).toEqual([]);
	});

	it('configures servers that start, over one database and one NATS', () => {
		const servers = serversOf(resources).map((server) => variablesOf(server, resources));
		for (const environment of servers) {
			const config = loadConfig(environment);
			expect(config).toMatchObject({ host: '0.0.0.0', dataDir: '/data', instanceId: 'some-pod' });
			expect(config.advertise).toBe('10.1.2.3:3000');
			const known = [...Object.keys(VARIABLES), 'POD_IP'];
			expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([]);
		}
		for (const name of ['DATABASE_URL', 'NATS_URL', 'VF_SECRET_KEY'])
			expect(new Set(servers.map((environment) => environment[name])).size).toBe(1);
	});

	it('asks for paths that the server has', () => {
		const asked = serversOf(resources)
			.flatMap(containersOf)
			.flatMap((container) => PROBES.map((probe) => container[probe]))
			.map((probe) => (isFields(probe) && isFields(probe.httpGet) ? String(probe.httpGet.path) : ''));
		expect(asked.length).toBeGreaterThanOrEqual(6);
		expect(asked.filter((path) => !existsSync(join(ROOT, 'src/routes', path, '+server.ts')))).toEqual([]);
	});

	it('gives servers the ten seconds that their stop may take', () => {
		for (const server of serversOf(resources)) {
			const [container] = containersOf(server);
			const before = /"preStop":\{"exec":\{"command":\["sleep","(\d+)"\]/.exec(JSON.stringify(container));
			const grace = Number(podOf(server)?.terminationGracePeriodSeconds);
			expect(grace).toBeGreaterThanOrEqual(10 + Number(before?.[1] ?? 0));
		}
	});

	it('lets every workload go one pod at a time, and every server’s images be of one version', () => {
		const budgets = resources.filter(({ kind }) => kind === 'PodDisruptionBudget');
		expect(budgets.length).toBe(serversOf(resources).length + 1);
		const tags = serversOf(resources)
			.flatMap(containersOf)
			.map(({ image }) => splitImage(String(image))[1]);
		expect(new Set(tags.map((tag) => tag?.replace(/-gpu$/, ''))).size).toBe(1);
	});

	it('denies what no policy allows', () => {
		expect(one(resources, 'NetworkPolicy/deny-all').spec).toEqual({
			podSelector: {},
			policyTypes: ['Ingress', 'Egress']
		});
		const chosen = resources
			.filter(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name !== 'deny-all')
			.map(({ spec }) => ((spec as Fields).podSelector as Fields).matchLabels as Fields);
		const left = resources
			.filter((resource) => podOf(resource))
			.filter((workload) => !chosen.some((labels) => bearsAll(workload, labels)));
		expect(left.map(called)).toEqual([]);
	});
});

const bearsAll = (workload: Resource, wanted: Fields) => {
	const template = (workload.spec as Fields).template as Fields;
	const labels = (template.metadata as Fields).labels as Fields;
	return Object.entries(wanted).every(([name, value]) => labels[name] === value);
};

describe('who may speak with whom', () => {
	const policies = () => renderOverlay('production').filter(({ kind }) => kind === 'NetworkPolicy');

	it.each(['nats', 'nats-cluster'])('%s is reached from no other namespace', (name) => {
		const peers = listOf((one(policies(), `NetworkPolicy/${name}`).spec as Fields).ingress).flatMap(
			({ from }) => listOf(from)
		);
		expect(peers.map((peer) => Object.keys(peer))).toEqual([['podSelector']]);
	});

	it('reaches workers for their metrics alone, and nobody’s metadata service', () => {
		const worker = { 'app.kubernetes.io/name': 'vector-flow', 'app.kubernetes.io/component': 'worker' };
		const into = policies()
			.filter(({ spec }) => listOf((spec as Fields).ingress).length > 0)
			.filter(({ spec }) => {
				const labels = ((spec as Fields).podSelector as Fields).matchLabels as Record<string, string>;
				return Object.entries(labels).every(([name, value]) => worker[name as keyof typeof worker] === value);
			});
		expect(into.map(({ metadata }) => metadata.name)).toEqual(['vector-flow-metrics']);
		expect(JSON.stringify(one(policies(), 'NetworkPolicy/vector-flow-out'))).toContain('169.254.0.0/16');
	});
});

describe.each(['local', 'production'])('the secrets of %s', (overlay) => {
	const example = exampleOf(join(DEPLOY, 'k8s/overlays', overlay));
	it.each(Object.keys(example))('refuse to start with the example’s %s', (name) => {
		expect(() => loadConfig({ [name]: example[name] })).toThrow(name);
	});
});

it('has no field that Kubernetes does not know', { timeout: 60_000 }, () => {
	const all = OVERLAYS.flatMap((overlay) => renderOverlay(overlay));
	expect(unknownFields(all)).toEqual([]);
	const server = one(renderOverlay('local'), 'Deployment/vector-flow-web');
	Object.assign(containersOf(server)[0] as Fields, { livenesProbe: {} });
	expect(unknownFields([server]).join()).toContain('livenesProbe');
});

it('gives the GPU overlay a GPU, the image for it and a server that asks for it', () => {
	const resources = renderOverlay('production-gpu');
	const pool = one(resources, 'Deployment/vector-flow-worker-gpu');
	expect(containersOf(pool)[0]).toMatchObject({
		image: expect.stringMatching(/^registry.*:\d+\.\d+\.\d+-gpu$/) as unknown,
		resources: { limits: { 'nvidia.com/gpu': '1' } }
	});
	expect(loadConfig(variablesOf(pool, resources))).toMatchObject({
		labels: { gpu: 'yes' },
		inference: { provider: 'cuda' }
	});
});

it('puts a site’s workers on its nodes', () => {
	const resources = renderOverlay('production-sites');
	const pool = one(resources, 'Deployment/vector-flow-worker-north');
	expect(loadConfig(variablesOf(pool, resources)).labels).toEqual({ site: 'north' });
	expect(JSON.stringify(podOf(pool)?.affinity)).toContain('"key":"vector-flow/site"');
});

it('keeps workers’ files where that is asked for, and scales what they are then', () => {
	const resources = renderOverlay('production-volumes');
	const worker = one(resources, 'StatefulSet/vector-flow-worker');
	expect(listOf((worker.spec as Fields).volumeClaimTemplates)).toHaveLength(1);
	expect(listOf(podOf(worker)?.volumes).map(({ name }) => name)).toEqual(['tmp']);
	expect(one(resources, 'HorizontalPodAutoscaler/vector-flow-worker').spec).toMatchObject({
		scaleTargetRef: { kind: 'StatefulSet' }
	});
});

it('scales workers before they are full', () => {
	const resources = renderOverlay('production');
	const { metrics } = one(resources, 'HorizontalPodAutoscaler/vector-flow-worker').spec as Fields;
	const streams = listOf(metrics).find(({ type }) => type === 'Pods') as { pods: { target: Fields } };
	const config = one(resources, 'ConfigMap/vector-flow').data as Record<string, string>;
	expect(Number(streams.pods.target.averageValue)).toBeLessThan(Number(config.VF_MAX_STREAMS));
});

it('runs three NATS servers in production, and tells each of all', () => {
	const nats = one(renderOverlay('production'), 'StatefulSet/nats');
	const routes = listOf(containersOf(nats)[0]?.env).find(({ name }) => name === 'NATS_ROUTES');
	expect((nats.spec as Fields).replicas).toBe(3);
	expect([...String(routes?.value).matchAll(/nats-\d/g)].map(String)).toEqual(['nats-0', 'nats-1', 'nats-2']);
	expect((one(renderOverlay('local'), 'StatefulSet/nats').spec as Fields).replicas).toBe(1);
});

describe('the checks', () => {
	const server = (change: (container: Fields, pod: Fields) => void) => {
		const resources = renderOverlay('local');
		const workload = one(resources, 'Deployment/vector-flow-web');
		change(containersOf(workload)[0] as Fields, podOf(workload) as Fields);
		return resources;
	};

	it.each<[string, (container: Fields, pod: Fields) => void]>([
		['is privileged', (container) => (container.securityContext = { privileged: true })],
		['mounts a path of its node', (_, pod) => (pod.volumes = [{ name: 'tmp', hostPath: { path: '/' } }])],
		['has an image without a version', (container) => (container.image = 'vector-flow:latest')],
		['has no bound of memory and CPU', (container) => delete container.resources],
		['is not asked whether it lives', (container) => delete container.livenessProbe],
		['may run as root', (_, pod) => (pod.securityContext = { runAsNonRoot: false })],
		['has a token of the cluster’s API', (_, pod) => delete pod.automountServiceAccountToken]
	])('find a container that %s', (weakness, change) => {
		expect(weaknesses(server(change)).join('\n')).toContain(weakness);
	});

	it.each<[string, (container: Fields, pod: Fields) => void]>([
		['names the Secret gone', (container) => (container.envFrom = [{ secretRef: { name: 'gone' } }])],
		['mounts gone', (container) => (container.volumeMounts = [{ name: 'gone', mountPath: '/gone' }])],
		['names the ServiceAccount gone', (_, pod) => (pod.serviceAccountName = 'gone')],
		['asks the port', (container) => (container.ports = [{ name: 'other', containerPort: 1 }])],
		['leads to the port http', (container) => (container.ports = [{ name: 'other', containerPort: 1 }])],
		['needs GONE', (container) => (container.env = [{ name: 'VF_ADVERTISE', value: '$(GONE):3000' }])],
		[
			'spreads other pods',
			(_, pod) => (pod.topologySpreadConstraints = [{ labelSelector: { matchLabels: { app: 'gone' } } }])
		]
	])('find a reference that leads nowhere: %s', (problem, change) => {
		expect(brokenReferences(server(change)).join('\n')).toContain(problem);
	});

	it.each<[string, string, (spec: Fields) => void]>([
		[
			'scales the Deployment gone',
			'HorizontalPodAutoscaler/vector-flow-web',
			(spec) => ((spec.scaleTargetRef as Fields).name = 'gone')
		],
		['whose replicas are written down too', 'Deployment/vector-flow-web', (spec) => (spec.replicas = 2)],
		[
			'allows pods that are not there',
			'NetworkPolicy/vector-flow-to-nats',
			(spec) => (spec.egress = [{ to: [{ podSelector: { matchLabels: { app: 'gone' } } }] }])
		],
		[
			'allows the port gone',
			'NetworkPolicy/vector-flow-to-nats',
			(spec) => ((listOf(spec.egress)[0] as Fields).ports = [{ port: 'gone' }])
		],
		[
			'selects the pods of',
			'Deployment/vector-flow-worker',
			(spec) => (spec.selector = { matchLabels: { 'app.kubernetes.io/name': 'vector-flow' } })
		]
	])('find what is wrong between resources: %s', (problem, name, change) => {
		const resources = renderOverlay('production');
		change(one(resources, name).spec as Fields);
		expect(brokenReferences(resources).join('\n')).toContain(problem);
	});

	it('find a schema that does not fit', async () => {
		const resources = server((container) => (container.resources = 'plenty'));
		expect((await schemaViolations(resources)).join()).toContain('resources');
	});
});

/** kubectl has kustomize inside; where neither is installed, the renderer above is believed alone. */
const kustomize = [
	['kustomize', 'build'],
	['kubectl', 'kustomize']
].find(([program]) => spawnSync(program as string, ['version', '--client']).status === 0);

describe.skipIf(!kustomize)('rendered by kustomize itself', () => {
	let copy: string;
	beforeAll(() => {
		copy = mkdtempSync(join(tmpdir(), 'vf-deploy-'));
		cpSync(join(DEPLOY, 'k8s'), join(copy, 'k8s'), { recursive: true });
		for (const overlay of ['local', 'production'])
			for (const file of ['.env.secret', '.env.postgres', '.env.nats']) {
				const path = join(copy, 'k8s/overlays', overlay, file);
				writeFileSync(path, secretFile(path));
			}
	});
	afterAll(() => rmSync(copy, { recursive: true, force: true }));

	it.each(OVERLAYS)('the overlay %s is the same, hashes of names aside', (overlay) => {
		const [program, ...args] = kustomize as [string, ...string[]];
		const built = spawnSync(program, [...args, join(copy, 'k8s/overlays', overlay)], { encoding: 'utf8' });
		expect(built.stderr).toBe('');
		expect(comparable(withoutHashes(built.stdout))).toEqual(comparable(renderOverlay(overlay)));
	});

	/** Generated names end in ten characters of a hash. */
	function withoutHashes(text: string): Resource[] {
		const generated = [
			...text.matchAll(
				/^kind: (?:ConfigMap|Secret)\nmetadata:\n(?: {2}labels:\n(?: {4}.*\n)+)? {2}name: (\S+)$/gm
			)
		];
		const plain = generated.reduce(
			(rest, [, name = '']) => rest.replaceAll(name, name.replace(/-[a-z0-9]{10}$/, '')),
			text
		);
		return parseAllDocuments(plain).map((document) => unbroken(document.toJS() as Resource));
	}

	/** kustomize breaks long secrets into lines, which mean nothing. */
	function unbroken(resource: Resource): Resource {
		if (resource.kind !== 'Secret') return resource;
		const lines = Object.entries(resource.data as Record<string, string>);
		return {
			...resource,
			data: Object.fromEntries(lines.map(([key, text]) => [key, text.replaceAll(/\s/g, '')]))
		};
	}

	function comparable(resources: Resource[]): Record<string, unknown> {
		return Object.fromEntries(resources.map((resource) => [called(resource), resource]));
	}
});
