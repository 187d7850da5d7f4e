// Leaves in node_modules what the product's dependencies lead to, and of that what this machine's Node can load.
//
// A production install is larger: libraries that can work with a bundler, a test runner or a compiler name them as
// peers, and the lock file has them. What the product needs of its libraries' peers it names as its own dependency.
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

const root = process.cwd();
if (existsSync(join(root, '.git'))) {
	console.error('prune.mjs deletes what developers need; it is for the image, and this is a checkout.');
	process.exit(2);
}
const readPackage = (dir) => JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));

/** The folder that `name` means to a package in `from`, as Node looks for it; null where it is not installed. */
function locate(name, from) {
	for (let dir = from; ; dir = dirname(dir)) {
		const folder = join(dir, 'node_modules', name);
		if (existsSync(join(folder, 'package.json'))) return folder;
		if (dir === root || dir === dirname(dir)) return null;
	}
}

/** Every package that dependencies, optional ones included, lead to; peers do not count. */
function reachable() {
	const found = new Set();
	const waiting = [root];
	for (let dir = waiting.pop(); dir !== undefined; dir = waiting.pop()) {
		const { dependencies = {}, optionalDependencies = {} } = readPackage(dir);
		for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
			const folder = locate(name, dir);
			if (folder === null || found.has(folder)) continue;
			found.add(folder);
			waiting.push(folder);
		}
	}
	return found;
}

/** The packages in a node_modules folder, and in those within. */
function* installed(modules) {
	if (!existsSync(modules)) return;
	for (const name of readdirSync(modules)) {
		const entry = join(modules, name);
		if (name.startsWith('.') || !statSync(entry).isDirectory()) continue;
		const folders = name.startsWith('@') ? readdirSync(entry).map((inner) => join(entry, inner)) : [entry];
		for (const folder of folders) {
			yield folder;
			yield* installed(join(folder, 'node_modules'));
		}
	}
}

function removeUnreachable() {
	const kept = reachable();
	const holdsKept = (folder) => [...kept].some((other) => other.startsWith(folder + sep));
	for (const folder of [...installed(join(root, 'node_modules'))]) {
		if (!kept.has(folder) && !holdsKept(folder)) rmSync(folder, { recursive: true, force: true });
	}
}

/** ONNX Runtime brings the libraries of every system it knows. */
function removeForeignOnnx() {
	const bin = join(root, 'node_modules', 'onnxruntime-node', 'bin');
	for (const version of readdirSync(bin)) {
		for (const platform of readdirSync(join(bin, version))) {
			for (const arch of readdirSync(join(bin, version, platform))) {
				if (platform === process.platform && arch === process.arch) continue;
				rmSync(join(bin, version, platform, arch), { recursive: true, force: true });
			}
		}
	}
}

/** What only compilers and debuggers read. */
function removeDescriptions() {
	for (const entry of readdirSync(join(root, 'node_modules'), { recursive: true, withFileTypes: true })) {
		if (entry.isFile() && /\.(d\.[mc]?ts|map)$/.test(entry.name)) rmSync(join(entry.parentPath, entry.name));
	}
}

removeUnreachable();
removeForeignOnnx();
removeDescriptions();
// Commands are for people, and ffmpeg comes from the system.
for (const name of ['.bin', '.package-lock.json', 'ffmpeg-static'])
	rmSync(join(root, 'node_modules', name), { recursive: true, force: true });
