// What deploy/ hands to Grafana and Prometheus holds together: as its source makes it, as their documentation wants it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';
import { FAMILIES } from '#lib/server/telemetry/metrics/metrics.ts';
import { generated } from '../../deploy/grafana/generate.ts';
import { DEPLOY, ROOT } from './deploy/samples.ts';
import { asked, queriesOf, readDashboard, type Panel } from './grafana/dashboard.ts';
import { contactPointsFile, policiesFile, providersFile, rulesFile } from './grafana/provisioning.ts';

const PROVISIONING = join(DEPLOY, 'grafana/provisioning');
const read = (path: string) => readFileSync(join(DEPLOY, path), 'utf8');
const provisioned = <T extends z.ZodType>(path: string, schema: T): z.output<T> =>
	schema.parse(parse(readFileSync(join(PROVISIONING, path), 'utf8')));
const hasPromtool = spawnSync('promtool', ['--version'], { stdio: 'ignore' }).status === 0;
const promtool = (...args: string[]) => {
	const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
	return { status, said: stdout + stderr };
};

it.each(Object.keys(generated()))('%s is what its source makes (npm run deploy:generate)', (path) => {
	expect(read(path)).toBe(generated()[path]);
});

describe('the dashboard', () => {
	const dashboard = readDashboard();
	const panels = dashboard.panels.filter(({ type }) => type !== 'row');

	it('has the name that is linked to, and one variable, of streams', () => {
		expect(dashboard).toMatchObject({ uid: 'vector-flow', title: 'Vector Flow Overview' });
		expect(dashboard.templating.list).toMatchObject([{ name: 'stream_name', multi: true, allValue: '.*' }]);
	});

	it('numbers its panels, and lets none lie over another or beyond the edge', () => {
		const ids = dashboard.panels.map(({ id }) => id);
		expect(new Set(ids).size).toBe(ids.length);
		expect(overlapping(dashboard.panels)).toEqual([]);
		expect(dashboard.panels.filter(({ gridPos: { x, w } }) => x < 0 || x + w > 24)).toEqual([]);
		const [first, second] = panels as [Panel, Panel];
		const moved = { ...second, gridPos: { ...first.gridPos, x: first.gridPos.x + 1 } };
		expect(overlapping([first, moved])).toEqual([[first.title, second.title]]);
	});

	it('says of every panel what it shows, and asks the one data source', () => {
		expect(panels.filter(({ title, description }) => !title || !description)).toEqual([]);
		expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
		const sources = queriesOf(dashboard).map(({ target }) => target.datasource);
		expect(sources.filter(({ uid }) => uid !== sourceUid())).toEqual([]);
		for (const { targets = [] } of panels)
			expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
	});

	it('names metrics and labels that the server has', () => {
		const unknown = [...queriesOf(dashboard).map(({ target }) => target.expr), ...ruleExpressions()].flatMap(
			unknownIn
		);
		expect(unknown).toEqual([]);
		expect(unknownIn('max by (stream) (vector_flow_gone)')).toEqual(['vector_flow_gone']);
		expect(unknownIn('max by (stream) (vector_flow_fps)')).toEqual(['stream of vector_flow_fps']);
	});

	it.skipIf(!hasPromtool)('asks what Prometheus can read, however many streams are chosen', () => {
		const dir = mkdtempSync(join(tmpdir(), 'vf-grafana-'));
		const file = join(dir, 'queries.yaml');
		const rules = queriesOf(dashboard).flatMap(({ target }, index) =>
			(['all', ['Yard'], ['Yard', "Quay's (north) 5.0|a\\b"]] as const).map((streams, choice) => ({
				record: `query:${index}:${choice}`,
				expr: asked(target.expr, streams)
			}))
		);
		writeFileSync(file, JSON.stringify({ groups: [{ name: 'queries', rules }] }));
		expect(promtool('check', 'rules', file)).toEqual({
			status: 0,
			said: expect.stringContaining(`${rules.length} rules found`) as string
		});
		rmSync(dir, { recursive: true });
	});
});

describe('Grafana’s provisioning', () => {
	const [group] = provisioned('alerting/rules.yaml', rulesFile).groups;
	const rules = group?.rules ?? [];

	it('has the four rules, none of them paused, each of a severity and linked to its panel', () => {
		expect(group?.name).toBe('vector-flow-alerts');
		expect(rules.map(({ title }) => title)).toEqual([
			'Stream Error State Detected',
			'Running Streams Below Active Streams',
			'Low Processing FPS',
			'Worker Memory High'
		]);
		const { uid, panels } = readDashboard();
		for (const rule of rules) {
			expect(rule).toMatchObject({ isPaused: false, dashboardUid: uid });
			expect(['info', 'warning', 'critical']).toContain(rule.labels.severity);
			expect(panels.find(({ id }) => id === rule.panelId)?.type).toMatch(/^(stat|timeseries)$/);
		}
	});

	it('decides by the last of a rule’s queries, from a data source that is there', () => {
		for (const { data, condition } of rules) {
			expect(data.map(({ refId }) => refId)).toEqual(['A', condition]);
			expect(data.map(({ datasourceUid }) => datasourceUid)).toEqual([sourceUid(), '__expr__']);
			expect(data.filter(({ model, refId }) => model.refId !== refId)).toEqual([]);
			expect(data[1]?.model).toMatchObject({ type: 'threshold', expression: 'A' });
		}
	});

	it('sends everything to the receiver, with the secret from the environment', () => {
		const [point] = provisioned('alerting/contact-points.yaml', contactPointsFile).contactPoints;
		const [policy] = provisioned('alerting/policies.yaml', policiesFile).policies;
		expect(point?.name).toBe('vectorflow-alert-webhook');
		expect(policy?.receiver).toBe(point?.name);
		expect(existsSync(join(ROOT, 'src/routes/api/v1/alerts/webhook/+server.ts'))).toBe(true);
	});

	it('finds the dashboard where Compose mounts it, and every variable in Compose’s environment', () => {
		const [provider] = provisioned('dashboards/provider.yaml', providersFile).providers;
		const { services } = parse(read('compose/compose.yaml'), { merge: true }) as {
			services: { grafana: { volumes: string[]; environment: Record<string, string> } };
		};
		expect(services.grafana.volumes).toContain('../grafana/provisioning:/etc/grafana/provisioning:ro');
		expect(provider?.options.path).toBe('/etc/grafana/provisioning/dashboards');
		const wanted = [...read('grafana/provisioning/alerting/contact-points.yaml').matchAll(/\$([A-Z_]+)/g)];
		expect(wanted.map(([, name]) => name)).toEqual(['VF_WEBHOOK_URL', 'VF_WEBHOOK_TOKEN']);
		expect(Object.keys(services.grafana.environment)).toEqual(
			expect.arrayContaining(wanted.map(([, name]) => name))
		);
	});
});

describe.skipIf(!hasPromtool)('promtool', () => {
	let dir: string;
	beforeAll(() => {
		dir = mkdtempSync(join(tmpdir(), 'vf-prometheus-'));
		writeFileSync(join(dir, 'token'), 'a token');
		writeFileSync(join(dir, 'vector-flow-alerts.yaml'), read('prometheus/vector-flow-alerts.yaml'));
	});
	afterAll(() => rmSync(dir, { recursive: true }));

	const configs = readdirSync(join(DEPLOY, 'prometheus')).filter((name) =>
		/^scrape_configs:/m.test(read(`prometheus/${name}`))
	);
	it.each(configs)('takes %s, as it is and with the rules', (name) => {
		const file = join(dir, basename(name));
		const text = read(`prometheus/${name}`)
			.replaceAll(/credentials_file: \S+/g, `credentials_file: ${join(dir, 'token')}`)
			.replace('# rule_files', 'rule_files')
			// Debian builds its Prometheus without Kubernetes: of that part alone nothing is known here.
			.replace(/^ {4}kubernetes_sd_configs:\n(?: {6}.*\n)+/m, '');
		writeFileSync(file, text);
		expect(promtool('check', 'config', '--lint=all', '--lint-fatal', file)).toMatchObject({ status: 0 });
	});

	it('takes the rules', () => {
		const file = join(DEPLOY, 'prometheus/vector-flow-alerts.yaml');
		expect(promtool('check', 'rules', file).said).toContain('4 rules found');
	});

	it('sees each rule fire, resolve and be quiet', () => {
		const file = join(DEPLOY, 'prometheus/vector-flow-alerts.test.yaml');
		expect(promtool('test', 'rules', file)).toMatchObject({ status: 0 });
	});
});

function sourceUid(): string {
	const { datasources } = parse(read('grafana/provisioning/datasources/prometheus.yaml')) as {
		datasources: { uid: string }[];
	};
	return datasources[0]?.uid ?? '';
}

function ruleExpressions(): string[] {
	const { groups } = parse(read('prometheus/vector-flow-alerts.yaml')) as {
		groups: { rules: { expr: string }[] }[];
	};
	return groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
}

function overlapping(panels: readonly Panel[]): [string, string][] {
	return panels.flatMap((one, index) =>
		panels
			.slice(index + 1)
			.filter((other) => overlap(one, other))
			.map((other): [string, string] => [one.title, other.title])
	);
}

function overlap({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
	return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/** Given by Prometheus to whatever it scrapes, or by discovery. */
const GIVEN = ['instance', 'job', 'vf_instance', 'le'];

/** Metrics of an expression that the server has not, and labels it groups by that none of its metrics has. */
function unknownIn(expr: string): string[] {
	const names = [...new Set([...expr.matchAll(/vector_flow_\w+/g)].map(([name]) => name))];
	const families = names.map((name) =>
		FAMILIES.find((family) => family.name === name || name === `${family.name}_bucket`)
	);
	const missing = names.filter((_, index) => !families[index]);
	if (missing.length > 0) return missing;
	const labels = new Set(families.flatMap((family) => [...(family?.labels ?? [])]));
	const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));
	return grouped
		.filter((label) => !labels.has(label) && !GIVEN.includes(label))
		.map((label) => `${label} of ${names.join(', ')}`);
}
