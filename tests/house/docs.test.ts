// Documentation keeps its promises: links lead somewhere, and every command it names exists.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const tracked = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).trim().split('\n');
const pages = tracked.filter((file) => file.endsWith('.md') && existsSync(file));
const scripts = Object.keys(
	(JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object }).scripts
);

describe.each(pages)('%s', (page) => {
	const text = readFileSync(page, 'utf8');

	it('links to files that exist', () => {
		const targets = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(
			(match) => match[1] as string
		);
		const missing = targets.filter((target) => !existsSync(join(dirname(page), target)));
		expect(missing).toEqual([]);
	});

	it('names npm commands that exist', () => {
		const named = [...text.matchAll(/npm run ([a-z][a-z0-9:-]*)/g)].map((match) => match[1] as string);
		expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
	});
});

describe('the tree', () => {
	// Generated and binary files cannot be read as sources.
	const sources = tracked.filter(
		(file) => /\.(ts|mjs|js|svelte|json|md|css|html|py|sh|ya?ml)$/.test(file) && existsSync(file)
	);

	it('names no package registry host', () => {
		const guilty = sources.filter(
			(file) =>
				/registry\.npm|npmmirror|\/\/[\w.-]*verdaccio/.test(readFileSync(file, 'utf8')) &&
				!file.startsWith('tests/house/')
		);
		expect(guilty).toEqual([]);
	});
});
