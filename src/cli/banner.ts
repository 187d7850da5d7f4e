// What the terminal says once the server runs: where, how to sign in, what next.
import { relative } from 'node:path';
import type { App } from '../lib/server/app/app.ts';
import type { Config } from '../lib/server/config/index.ts';

/** A block for people at a terminal or a demo; one line of log for everybody else. */
export function announce(config: Config, { services, signIn }: App): void {
	services.log.info(
		{ address: config.origin, host: config.host, port: config.port, version: config.version },
		'listening'
	);
	if (!config.demo.enabled && config.log.format !== 'pretty') return;
	const rows = [['Address', config.origin], ...signInRows(signIn), ['Next', nextStep(config, signIn)]];
	const lines = rows.map(([label = '', text]) => `    ${label.padEnd(10)}${text}`);
	console.log(
		['', `  Vector Flow ${config.version} is running`, '', ...lines, '', '  Ctrl-C stops it.', ''].join('\n')
	);
}

function signInRows(signIn: App['signIn']): string[][] {
	switch (signIn.kind) {
		case 'first-run':
			return [['Sign in', 'nobody yet: the page asks for the first administrator']];
		case 'given':
			return [['Sign in', `${signIn.email}, with the password of VF_ADMIN_PASSWORD`]];
		case 'made':
			return [
				['Sign in', signIn.email],
				['Password', signIn.password],
				['', `(kept in ${relative(process.cwd(), signIn.file)}; once you change it, delete that file)`]
			];
		case 'known':
			return [['Sign in', 'with your account']];
	}
}

function nextStep(config: Config, signIn: App['signIn']): string {
	if (config.demo.enabled) return 'open the address: the demo cameras are moving; "Add camera" adds your own';
	return signIn.kind === 'first-run'
		? 'open the address and make your account'
		: 'open the address and sign in';
}
