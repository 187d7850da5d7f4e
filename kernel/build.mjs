// Compiles both kernels into the modules that are committed: node kernel/build.mjs [output folder].

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Entry and committed module of each, relative to the project's root. */
export const KERNELS = [
	{ entry: 'kernel/assembly/index.ts', file: 'src/lib/workers/flow/lk.wasm' },
	{ entry: 'kernel/assembly/detect/index.ts', file: 'src/lib/workers/detect/pixels.wasm' }
];

/** Options decide the bytes: the committed files must come out again exactly. */
const options = [
	'--baseDir',
	root,
	'--runtime',
	'stub',
	'--enable',
	'simd',
	'--noAssert',
	'--optimizeLevel',
	'3',
	'--shrinkLevel',
	'0',
	'--converge',
	'--use',
	'abort='
];

/** Writes one module to outFile (relative to the project's root); throws what the compiler said on failure. */
export async function buildKernel({ entry, file }, outFile = file) {
	const { error, stderr } = await asc.main([entry, ...options, '--outFile', outFile]);
	if (error) throw new Error(`kernel build failed: ${error.message}\n${stderr.toString()}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const folder = process.argv[2] ?? '';
	for (const kernel of KERNELS) await buildKernel(kernel, join(folder, kernel.file));
}
