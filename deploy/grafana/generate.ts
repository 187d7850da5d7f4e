// `npm run deploy:generate`: writes the dashboard and the alert rules for Grafana and Prometheus from their source beside it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { grafanaRules, prometheusRules } from './source/alerts.ts';
import { OVERVIEW } from './source/overview.ts';

const DEPLOY = join(import.meta.dirname, '..');

/** What is written, by path beneath deploy/. */
export function generated(): Record<string, string> {
	return {
		'grafana/provisioning/dashboards/vector-flow.json': `${JSON.stringify(OVERVIEW, null, '\t')}\n`,
		'grafana/provisioning/alerting/rules.yaml': yaml(
			'The alert rules that Grafana evaluates. Made from deploy/grafana/source by `npm run deploy:generate`; change them there.',
			grafanaRules()
		),
		'prometheus/vector-flow-alerts.yaml': yaml(
			'The same alert rules for a Prometheus with an Alertmanager. Made from deploy/grafana/source by `npm run deploy:generate`; change them there.',
			prometheusRules()
		)
	};
}

const yaml = (job: string, content: object) =>
	`# ${job}\n${stringify(content, { lineWidth: 0, singleQuote: true })}`;

if (import.meta.main)
	for (const [path, text] of Object.entries(generated())) writeFileSync(join(DEPLOY, path), text);
