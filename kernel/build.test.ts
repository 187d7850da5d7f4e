// The committed kernel is what its sources compile to, byte for byte.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { buildKernel } from './build.mjs';

it('compiles to the committed bytes, without imports', { timeout: 60_000 }, async () => {
	const folder = mkdtempSync(join(tmpdir(), 'vf-kernel-'));
	try {
		const root = fileURLToPath(new URL('..', import.meta.url));
		await buildKernel(relative(root, join(folder, 'lk.wasm')));
		const built = readFileSync(join(folder, 'lk.wasm'));
		const committed = readFileSync(join(root, 'src/lib/workers/flow/lk.wasm'));
		expect(built.equals(committed), 'run npm run build:kernel and commit lk.wasm').toBe(true);
		expect(WebAssembly.Module.imports(new WebAssembly.Module(committed))).toEqual([]);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
});
