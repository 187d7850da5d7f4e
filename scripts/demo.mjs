// `npm run demo`: from a bare clone to a running server with three moving cameras, then whatever is missing of that.
import { join } from 'node:path';
import {
	ensureBuild,
	ensureDependencies,
	ensureFfmpeg,
	giveUp,
	nodeBin,
	passSignalsOn,
	ROOT,
	runInForeground
} from './setup.mjs';

async function demo(args) {
	passSignalsOn();
	console.log('\nVector Flow demo: installs what is missing, builds, then starts three demo cameras.\n');
	await ensureFfmpeg();
	await ensureDependencies();
	await ensureBuild();
	console.log('  Starting the server and its database …');
	// DATA_DIR and files named on the command line are meant from where the person stands.
	process.exit(
		await runInForeground(nodeBin(), [join(ROOT, 'src', 'main.ts'), '--demo', ...args], {
			cwd: process.cwd()
		})
	);
}

demo(process.argv.slice(2)).catch(giveUp);
