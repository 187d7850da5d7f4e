// The dashboard as Grafana would read it: its panels, and what each asks Prometheus once the variables are filled in.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEPLOY } from '../deploy/samples.ts';

export const DASHBOARD_FILE = join(DEPLOY, 'grafana/provisioning/dashboards/vector-flow.json');

export interface Panel {
	id: number;
	type: string;
	title: string;
	description?: string;
	gridPos: { x: number; y: number; w: number; h: number };
	targets?: Target[];
	datasource?: { type: string; uid: string };
}

export interface Target {
	refId: string;
	expr: string;
	datasource: { type: string; uid: string };
	instant: boolean;
	range: boolean;
}

export interface Dashboard {
	uid: string;
	title: string;
	panels: Panel[];
	templating: { list: { name: string; multi: boolean; allValue: string; query: { query: string } }[] };
}

export const readDashboard = () => JSON.parse(readFileSync(DASHBOARD_FILE, 'utf8')) as Dashboard;

/** Grafana's own, for a data source that is scraped every 15 s: four scrapes, so that a rate has something to go by. */
const RATE_INTERVAL = '60s';

/** The expression as Grafana sends it: with all streams, or some that are chosen, as it writes several into a regex. */
export function asked(expr: string, streams: readonly string[] | 'all'): string {
	const choice = streams === 'all' ? '.*' : `(${streams.map(escapeChoice).join('|')})`;
	return expr.replaceAll('$__rate_interval', RATE_INTERVAL).replaceAll('$stream_name', choice);
}

const escapeChoice = (name: string) => name.replaceAll(/[$^*{}[\]'+?.()|\\]/g, String.raw`\\$&`);

/** Every query of every panel. */
export function queriesOf({ panels }: Dashboard): { panel: Panel; target: Target; name: string }[] {
	return panels.flatMap((panel) =>
		(panel.targets ?? []).map((target) => ({ panel, target, name: `${panel.title} ${target.refId}` }))
	);
}
