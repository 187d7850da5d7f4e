// `vf`: the commands for the terminal.
import { loadConfig } from '../lib/server/config/index.ts';
import { describeFindings, examine } from './doctor.ts';
import { exitWithLine } from './process.ts';

const USAGE = `Usage: vf COMMAND

  doctor   look at this machine: what is missing, and the command that installs it`;

async function main([command]: string[]): Promise<void> {
	switch (command) {
		case 'doctor':
			return doctor();
		case undefined:
		case 'help':
		case '--help':
		case '-h':
			return console.log(USAGE);
		default:
			console.error(`vf has no command ${command}.\n\n${USAGE}`);
			process.exitCode = 2;
	}
}

/** Exits 0 when the server can start, 1 when not; warnings alone are no failure. */
async function doctor(): Promise<void> {
	const findings = await examine(loadConfig());
	console.log(describeFindings(findings));
	if (findings.some(({ state }) => state === 'fail')) process.exitCode = 1;
}

main(process.argv.slice(2)).catch(exitWithLine);
