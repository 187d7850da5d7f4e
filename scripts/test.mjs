// `npm test`: installs what the tests need, then runs every part of them, or only the parts named on the command line.
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import {
	ensureBuild,
	ensureDependencies,
	ensureSystemPackages,
	giveUp,
	nodeBin,
	passSignalsOn,
	ROOT,
	runInForeground,
	SetupError
} from './setup.mjs';

const GSTREAMER = [
	{ package: 'python3-gi', file: '/usr/lib/python3/dist-packages/gi/__init__.py' },
	{ package: 'gir1.2-gst-rtsp-server-1.0' },
	{ package: 'gstreamer1.0-plugins-good' },
	{ package: 'gstreamer1.0-plugins-bad' }
];
const NATS = [{ package: 'nats-server', file: '/usr/sbin/nats-server' }];
const MOSQUITTO = [{ package: 'mosquitto', file: '/usr/sbin/mosquitto' }];
/** Debian's package has promtool as well. */
const PROMETHEUS = ['prometheus'];
const OPENCV = [{ package: 'python3-opencv' }];

/** In the order in which they run: what fails soonest comes first. */
const PARTS = [
	{ name: 'check', says: 'types', run: ['npm', 'run', '--silent', 'check'], needs: [] },
	{
		name: 'lint',
		says: 'format, lint and the import rule',
		run: ['npm', 'run', '--silent', 'lint'],
		needs: [],
		beside: true
	},
	{
		name: 'unit',
		says: 'pure parts',
		run: vitest('unit'),
		needs: ['ffmpeg', ...NATS, ...OPENCV, ...PROMETHEUS]
	},
	{
		name: 'database',
		says: 'a real PostgreSQL',
		run: vitest('database'),
		needs: ['ffmpeg', ...MOSQUITTO, ...NATS]
	},
	{
		name: 'cameras',
		says: 'real ffmpeg and RTSP cameras',
		run: vitest('cameras'),
		needs: ['ffmpeg', ...GSTREAMER]
	},
	{
		name: 'server',
		says: 'the built server as a process',
		run: vitest('server'),
		needs: ['ffmpeg', ...GSTREAMER, ...NATS, ...PROMETHEUS],
		build: true
	},
	{
		name: 'browser',
		says: 'the product in Chromium',
		run: vitest('browser'),
		needs: ['ffmpeg', ...GSTREAMER, 'chromium'],
		build: true
	}
];

function vitest(project) {
	return [nodeBin(), join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', project];
}

const scratch = mkdtempSync(join(tmpdir(), 'vector-flow-tests-'));

async function test(names) {
	passSignalsOn();
	const parts = chosen(names);
	console.log(
		`\nVector Flow tests: installs what is missing, then runs ${parts.map((part) => part.name).join(', ')}.\n`
	);
	await ensureSystemPackages(unique(parts.flatMap((part) => part.needs)));
	await ensureDependencies();
	if (parts.some((part) => part.build)) await ensureBuild();
	const outcomes = [];
	const beside = [];
	for (const part of parts) {
		if (part.beside) beside.push(runPart(part, join(scratch, `${part.name}.txt`)));
		else outcomes.push(await runPart(part));
	}
	outcomes.push(...(await Promise.all(beside)));
	report(outcomes);
}

function chosen(names) {
	const unknown = names.filter((name) => !PARTS.some((part) => part.name === name));
	if (unknown.length > 0) {
		throw new SetupError(
			`No such part: ${unknown.join(', ')}. There are: ${PARTS.map((part) => part.name).join(', ')}.`
		);
	}
	return names.length === 0 ? PARTS : PARTS.filter((part) => names.includes(part.name));
}

function unique(needs) {
	const byName = new Map(needs.map((need) => [typeof need === 'string' ? need : need.package, need]));
	return [...byName.values()];
}

/**
 * Every part runs, also after one has failed: one run tells everything that is wrong. One with a file to write to runs beside those that
 * follow it, and what it said is shown when all are over.
 */
async function runPart({ name, says, run: [command, ...args] }, file = null) {
	const title = `\n── ${name}: ${says} ${'─'.repeat(Math.max(0, 60 - name.length - says.length))}\n`;
	console.log(file === null ? title : `\n── ${name}: ${says}, beside what follows\n`);
	const out = file === null ? 'inherit' : openSync(file, 'w');
	const began = Date.now();
	// Everything below runs under the Node the project brings, whatever the system has.
	const path = [dirname(nodeBin()), process.env.PATH || ''].join(delimiter);
	const results = join(scratch, `${name}.json`);
	const listed = args.includes('--project')
		? ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`]
		: [];
	const code = await runInForeground(command, [...args, ...listed], {
		env: { ...process.env, PATH: path },
		stdio: ['inherit', out, out]
	});
	const seconds = Math.round((Date.now() - began) / 1000);
	const said = file === null ? null : `${title}\n${readFileSync(file, 'utf8')}`;
	return { name, ok: code === 0, seconds, said, failures: code === 0 ? [] : failuresIn(results) };
}

/** What failed, a line each, from vitest's own list; empty where it did not get so far as to write one. */
function failuresIn(results) {
	if (!existsSync(results)) return [];
	return JSON.parse(readFileSync(results, 'utf8')).testResults.flatMap((file) => [
		...(file.status === 'failed' && file.assertionResults.length === 0 ? [firstLine(file.message)] : []),
		...file.assertionResults
			.filter((one) => one.status === 'failed')
			.map((one) => `${one.fullName}: ${firstLine(one.failureMessages.join(' '))}`)
	]);
}

function firstLine(text) {
	return String(text).split('\n')[0].slice(0, 300);
}

function report(outcomes) {
	for (const { said } of outcomes) if (said !== null) console.log(said);
	console.log('\n── result ' + '─'.repeat(54) + '\n');
	for (const { name, ok, seconds } of outcomes)
		console.log(`  ${ok ? 'passed' : 'FAILED'}  ${name.padEnd(10)} ${seconds} s`);
	for (const { name, failures } of outcomes)
		for (const failure of failures) console.log(`\n  ${name}: ${failure}`);
	rmSync(scratch, { recursive: true, force: true });
	const failed = outcomes.filter((outcome) => !outcome.ok).length;
	console.log(`\nparts: ${outcomes.length - failed} passed, ${failed} failed\n`);
	process.exit(failed === 0 ? 0 : 1);
}

test(process.argv.slice(2)).catch(giveUp);
