// The committed kernels are what their sources compile to, byte for byte.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { buildKernel, KERNELS } from './build.mjs';

it.each(KERNELS)(
	'compiles $entry to the committed bytes, without imports',
	{ timeout: 60_000 },
	async (kernel) => {
		const folder = mkdtempSync(join(tmpdir(), 'vf-kernel-'));
		try {
			const root = fileURLToPath(new URL('..', import.meta.url));
			await buildKernel(kernel, relative(root, join(folder, 'built.wasm')));
			const built = readFileSync(join(folder, 'built.wasm'));
			const committed = readFileSync(join(root, kernel.file));
			expect(built.equals(committed), `run npm run build:kernel and commit ${kernel.file}`).toBe(true);
			expect(WebAssembly.Module.imports(new WebAssembly.Module(committed))).toEqual([]);
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	}
);
