// The machine itself: Node, memory, the data folder and its disk, the port.
import { accessSync, constants, mkdirSync, statfsSync } from 'node:fs';
import { createServer } from 'node:http';
import { availableParallelism, totalmem } from 'node:os';
import { listen } from '../http.ts';
import type { Config } from '../../lib/server/config/index.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

const OLDEST_NODE = [22, 17] as const;
const GIB = 1024 ** 3;
const LITTLE_DISK = GIB;
const NO_DISK = 100 * 1024 ** 2;
const LITTLE_MEMORY = 1.5 * GIB;

export function checkNode(version = process.versions.node): Finding {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	const recent = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
	if (recent) return ok('node', `${version}`);
	return fail(
		'node',
		`${version} is older than ${OLDEST_NODE.join('.')}`,
		'npm ci (it brings Node 24 into node_modules), then start with npm'
	);
}

export function checkMemory(bytes = totalmem()): Finding {
	const detail = `${(bytes / GIB).toFixed(1)} GiB, ${availableParallelism()} cores`;
	if (bytes >= LITTLE_MEMORY) return ok('memory', detail);
	return warn('memory', detail, 'a server with a few streams wants 2 GiB; set VF_MAX_STREAMS low');
}

export function checkDataDir(dir: string): Finding {
	try {
		mkdirSync(dir, { recursive: true, mode: 0o711 });
		accessSync(dir, constants.W_OK | constants.X_OK);
	} catch (error) {
		return fail(
			'data folder',
			`${dir} cannot be written: ${(error as Error).message}`,
			`make it writable for this user, or set DATA_DIR`
		);
	}
	const { bavail, bsize } = statfsSync(dir);
	const free = bavail * bsize;
	const detail = `${dir}, ${(free / GIB).toFixed(1)} GiB free`;
	if (free < NO_DISK) return fail('data folder', detail, 'free some space, or set DATA_DIR to another disk');
	if (free < LITTLE_DISK)
		return warn('data folder', detail, 'free some space, or set DATA_DIR to another disk');
	return ok('data folder', detail);
}

export async function checkPort(config: Pick<Config, 'host' | 'port'>): Promise<Finding> {
	const server = createServer();
	try {
		await listen(server, config);
		return ok('port', `${config.host}:${config.port} is free`);
	} catch (error) {
		return fail('port', (error as Error).message, 'set PORT or HOST');
	} finally {
		await new Promise((resolve) => server.close(resolve));
	}
}
