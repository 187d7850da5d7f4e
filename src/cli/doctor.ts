// `vf doctor`: every piece this product needs of the machine, and the command that brings what is missing.
import { StartupError } from '../lib/server/base/startup-error.ts';
import type { Config } from '../lib/server/config/index.ts';
import { checkFfmpeg } from './checks/ffmpeg.ts';
import type { Finding } from './checks/finding.ts';
import { checkDataDir, checkMemory, checkNode, checkPort } from './checks/machine.ts';
import { checkPostgres } from './checks/postgres.ts';

const MARKS = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' };

export async function examine(config: Config): Promise<Finding[]> {
	const ffmpeg = checkFfmpeg(config.ffmpegPath, process.env.FFMPEG_PATH);
	const port = checkPort(config);
	const dataDir = checkDataDir(config.dataDir);
	const database = dataDir.state === 'fail' ? [] : [await checkPostgres(config)];
	return [checkNode(), await ffmpeg, ...database, dataDir, await port, checkMemory()];
}

export function describeFindings(findings: Finding[]): string {
	const width = Math.max(...findings.map(({ name }) => name.length)) + 2;
	return findings
		.flatMap(({ state, name, detail, fix }) => [
			`  ${MARKS[state]}  ${name.padEnd(width)}${detail}`,
			...(fix ? [`        ${' '.repeat(width)}→ ${fix}`] : [])
		])
		.join('\n');
}

/** At start-up: says what is missing, and throws StartupError when the server cannot do without it. */
export async function checkStart(config: Config): Promise<void> {
	const findings = (await examine(config)).filter(({ state }) => state !== 'ok');
	const failed = findings.filter(({ state }) => state === 'fail');
	if (failed.length > 0) throw new StartupError(`The server cannot start here:\n${describeFindings(failed)}`);
	if (findings.length > 0)
		console.error(`Something is missing, and the server starts without it:\n${describeFindings(findings)}`);
}
