// The server's own entry, `node src/main.ts [--demo] [--video FILE]…`: starts the built server, says where it is, stops it.
import { createServer } from 'node:http';
import { applyArguments, parseArguments, USAGE } from './cli/arguments.ts';
import { announce } from './cli/banner.ts';
import { adapterSettings, loadBuild, markRequest } from './cli/build.ts';
import { checkStart } from './cli/doctor.ts';
import { closeServer, listen } from './cli/http.ts';
import { exitWithLine, onStopSignal } from './cli/process.ts';
import { loadConfig } from './lib/server/config/index.ts';

async function main(): Promise<void> {
	const given = parseArguments(process.argv.slice(2));
	if (given.help) return console.log(USAGE);
	applyArguments(given, process.env);
	const config = loadConfig();
	await checkStart(config);
	// Until there is something to stop, a signal ends the process, and with it the database it may have begun.
	let stop = (): Promise<void> => Promise.resolve();
	let busy = () => false;
	onStopSignal({ stop: () => stop(), busy: () => busy() });

	Object.assign(process.env, adapterSettings(config));
	const { handler, app } = await loadBuild(config);
	const server = createServer((request, response) => handler(markRequest(request, config), response));
	stop = async () => {
		const closed = closeServer(server);
		await app.stopWork();
		await closed;
		await app.close();
		await app.quiet();
	};
	busy = app.busy;
	try {
		await listen(server, config);
	} catch (error) {
		await stop();
		throw error;
	}
	announce(config, app);
}

main().catch(exitWithLine);
