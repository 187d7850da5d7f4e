// The image holds together: the Dockerfile names what exists, and what it leaves in node_modules is what the server loads.
import { DockerfileParser, type Instruction } from 'dockerfile-ast';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '#lib/server/config/index.ts';
import { DEPLOY, ROOT, SAMPLES } from './deploy/samples.ts';

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
		expect(loadConfig({ ...environment, ...SAMPLES })).toMatchObject({
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

describe('what the image leaves in node_modules', () => {
	const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
		dependencies: Record<string, string>;
	};
	const dependenciesOf = (name: string) =>
		Object.keys(
			(
				JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as {
					dependencies: Record<string, string>;
				}
			).dependencies
		).filter((dependency) => !dependency.startsWith('@nats-io/'));
	let app: string;
	beforeAll(() => {
		app = mkdtempSync(join(tmpdir(), 'vf-image-'));
		cpSync(join(ROOT, 'package.json'), join(app, 'package.json'));
		mkdirSync(join(app, 'node_modules'));
		const nats = ['@nats-io', ...['nkeys', 'obj'].flatMap((name) => dependenciesOf(`@nats-io/${name}`))];
		// What NATS is reached with, and what that leads to; what only tools use; ONNX Runtime for the part that clears its folder.
		for (const name of [...nats, 'prettier', 'vite'])
			cpSync(join(ROOT, 'node_modules', name), join(app, 'node_modules', name), { recursive: true });
		mkdirSync(join(app, 'node_modules/onnxruntime-node/bin/napi-v6/other-system/other'), { recursive: true });
		cpSync(
			join(ROOT, 'node_modules/onnxruntime-node/package.json'),
			join(app, 'node_modules/onnxruntime-node/package.json')
		);
	});
	afterAll(() => rmSync(app, { recursive: true, force: true }));

	it('is what the product’s dependencies lead to, NATS among it, and it can be loaded', () => {
		const pruned = spawnSync(process.execPath, [join(DEPLOY, 'image/prune.mjs')], {
			cwd: app,
			encoding: 'utf8'
		});
		expect(pruned.stderr).toBe('');
		const left = (name: string) => existsSync(join(app, 'node_modules', name));
		expect(['prettier', 'vite', 'onnxruntime-node/bin/napi-v6/other-system/other'].filter(left)).toEqual([]);
		const ours = Object.keys(dependencies).filter((name) => name.startsWith('@nats-io/'));
		expect(ours.filter(left)).toEqual(ours);
		const load = `await Promise.all(${JSON.stringify(ours)}.map((name) => import(name)))`;
		const loaded = spawnSync(process.execPath, ['--input-type=module', '-e', load], {
			cwd: app,
			encoding: 'utf8'
		});
		expect(loaded.stderr).toBe('');
		expect(loaded.status).toBe(0);
	});
});

describe('the image’s health check', () => {
	it.each([
		[200, 0],
		[503, 1]
	])('says of a server that answers %i to whether it lives: %i', async (status, code) => {
		const asked: (string | undefined)[] = [];
		const server = createServer((request, response) => {
			asked.push(request.url);
			response.writeHead(status).end();
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const check = spawn(process.execPath, [join(DEPLOY, 'image/healthcheck.mjs')], {
			env: { PORT: String((server.address() as AddressInfo).port) },
			stdio: 'ignore'
		});
		const ended = await new Promise((resolve) => check.once('exit', resolve));
		server.close();
		expect([ended, asked]).toEqual([code, ['/health/live']]);
	});

	it('says of none that it does not live', () => {
		const check = spawnSync(process.execPath, [join(DEPLOY, 'image/healthcheck.mjs')], {
			env: { PORT: '1' }
		});
		expect(check.status).toBe(1);
	});
});
