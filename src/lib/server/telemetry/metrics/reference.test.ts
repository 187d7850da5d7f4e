// The reference page is as the table of metrics says.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { FAMILIES } from './metrics.ts';
import { METRICS_PAGE, metricsPage } from './reference.ts';

test(`${METRICS_PAGE} is as \`npm run docs:generate\` writes it`, () => {
	const root = path.join(import.meta.dirname, '../../../../..');
	expect(readFileSync(path.join(root, METRICS_PAGE), 'utf8')).toBe(metricsPage());
});

test('every metric is told once', () => {
	const names = FAMILIES.map(({ name }) => name);
	expect(new Set(names).size).toBe(names.length);
	for (const name of names) expect(metricsPage().split(`| \`${name}\` |`)).toHaveLength(2);
});
