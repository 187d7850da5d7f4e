// Compiles kernel/assembly into src/lib/workers/flow/lk.wasm: node kernel/build.mjs [output file].

import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Options decide the bytes: the committed file must come out again exactly. */
const options = [
	'kernel/assembly/index.ts',
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

/** Writes the module to outFile (relative to the project's root); throws what the compiler said on failure. */
export async function buildKernel(outFile = 'src/lib/workers/flow/lk.wasm') {
	const { error, stderr } = await asc.main([...options, '--outFile', outFile]);
	if (error) throw new Error(`kernel build failed: ${error.message}\n${stderr.toString()}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildKernel(process.argv[2]);
