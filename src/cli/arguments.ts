// The server's command line, turned into the environment its configuration is read from.
import { existsSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { StartupError } from '../lib/server/base/startup-error.ts';

export const USAGE = `Usage: node src/main.ts [options]

  --demo          add the three demo cameras, and an account to sign in with
  --video FILE    add a video file of your own as a camera; may be given more than once
  --port N        listen on this port (PORT)
  --host ADDRESS  listen on this address (HOST)
  --help          this text

Everything else is set by environment variables: docs/reference/configuration.md.`;

export interface ServerArguments {
	demo: boolean;
	videos: string[];
	port: string | undefined;
	host: string | undefined;
	help: boolean;
}

/** Throws StartupError for what it does not know. */
export function parseArguments(args: string[]): ServerArguments {
	try {
		const { values } = parseArgs({
			args,
			options: {
				demo: { type: 'boolean', default: false },
				video: { type: 'string', multiple: true, default: [] },
				port: { type: 'string' },
				host: { type: 'string' },
				help: { type: 'boolean', short: 'h', default: false }
			}
		});
		return {
			demo: values.demo,
			videos: values.video,
			port: values.port,
			host: values.host,
			help: values.help
		};
	} catch (error) {
		throw new StartupError(`${(error as Error).message.split('. ')[0]}. Run with --help for what there is.`);
	}
}

/** The command line wins over the environment. Throws StartupError for a video that is not there. */
export function applyArguments({ demo, videos, port, host }: ServerArguments, env: NodeJS.ProcessEnv): void {
	if (port !== undefined) env.PORT = port;
	if (host !== undefined) env.HOST = host;
	if (!demo && videos.length === 0) return;
	env.VF_DEMO = '1';
	const missing = videos.find((file) => !existsSync(file));
	if (missing !== undefined) throw new StartupError(`--video ${missing}: there is no such file.`);
	if (videos.length > 0) env.VF_DEMO_VIDEOS = videos.map((file) => resolve(file)).join(delimiter);
	// A demo is watched by a person: what matters is the address, not the log.
	env.LOG_LEVEL ||= 'warn';
	env.LOG_FORMAT ||= 'pretty';
}
