#!/usr/bin/env node
// Runs `vf` under the Node that npm installed here, whatever Node the system has.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const own = join(root, 'node_modules', '.bin', 'node');
const node = existsSync(own) ? own : process.execPath;
const run = spawnSync(node, [join(root, 'src', 'cli', 'vf.ts'), ...process.argv.slice(2)], {
	stdio: 'inherit'
});
process.exit(run.status === null ? 1 : run.status);
