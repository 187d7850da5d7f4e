// Values of the right form for what an installation makes for itself, in place of files that no repository has.
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export const DEPLOY = join(import.meta.dirname, '../../../deploy');
export const ROOT = dirname(DEPLOY);

export const SAMPLES: Record<string, string> = {
	DATABASE_URL: 'postgres://vectorflow:sample@postgres:5432/vectorflow',
	NATS_URL: 'nats://vectorflow:sample@nats:4222',
	VF_SECRET_KEY: 'sample-sample-sample-sample-sample',
	VF_ADMIN_EMAIL: 'admin@example.org',
	VF_ADMIN_PASSWORD: 'sample-sample',
	VF_METRICS_TOKEN: 'sample-sample-sample',
	VF_WEBHOOK_TOKEN: 'sample-sample-sample',
	POSTGRES_PASSWORD: 'sample',
	NATS_PASSWORD: 'sample'
};

/** What an operator would write into the file: the variables that its example names; one password for a component. */
export function secretFile(path: string): string {
	const component = /^\.env\.(postgres|nats)$/.exec(basename(path))?.[1];
	const names = component ? [`${component.toUpperCase()}_PASSWORD`] : Object.keys(exampleOf(dirname(path)));
	return names.map((name) => `${name}=${SAMPLES[name]}`).join('\n');
}

/** The variables of an overlay's example, with what stands there until somebody changes it. */
export function exampleOf(overlay: string): Record<string, string> {
	const text = readFileSync(join(overlay, '.env.example'), 'utf8');
	return Object.fromEntries(
		[...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value])
	);
}
