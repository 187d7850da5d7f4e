// Whether there is a database to start: the embedded one's program and a user it can run as, or an external address.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '../../lib/server/config/index.ts';
import { chooseLauncher, findPostgres } from '../../lib/server/db/index.ts';
import { installCommand } from '../install.ts';
import { fail, ok, type Finding } from './finding.ts';

const NAME = 'database';

export async function checkPostgres(config: Config): Promise<Finding> {
	if (config.databaseUrl !== null)
		return ok(NAME, `external, at ${new URL(config.databaseUrl).host} (asked when the server starts)`);
	try {
		const { postgres } = findPostgres();
		const launcher = chooseLauncher(postgres, join(config.dataDir, 'postgres'));
		const { file, args, ...as } = launcher.wrap(postgres, ['--version']);
		const { stdout } = await promisify(execFile)(file, args, { ...as, timeout: 10_000 });
		return ok(NAME, `embedded ${stdout.trim()}, ${launcher.description}`);
	} catch (error) {
		const [what = '', ...fix] = (error as Error).message.split(' Run: ');
		return fail(NAME, what, fix.join(' ') || installCommand('unshare'));
	}
}
