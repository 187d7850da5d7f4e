// Opening and closing the HTTP server.
import type { Server } from 'node:http';
import { StartupError } from '../lib/server/base/startup-error.ts';
import type { Config } from '../lib/server/config/index.ts';

/** How long running requests may take once the server stops. */
const DRAIN_MS = 1500;

/** Throws StartupError when the address cannot be had. */
export function listen(
	server: Pick<Server, 'once' | 'listen'>,
	{ host, port }: Pick<Config, 'host' | 'port'>
): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once('error', (error: NodeJS.ErrnoException) =>
			reject(new StartupError(explain(error, host, port), { cause: error }))
		);
		server.listen({ host, port }, resolve);
	});
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): string {
	switch (error.code) {
		case 'EADDRINUSE':
			return `Port ${port} on ${host} is in use, perhaps by another Vector Flow server. Stop that, or choose another: PORT=${port + 1}`;
		case 'EACCES':
			return `Port ${port} may be opened by root alone. Choose one above 1023: PORT=3000`;
		case 'EADDRNOTAVAIL':
		case 'ENOTFOUND':
			return `${host} is no address of this machine. Set HOST to one that is, or to 0.0.0.0 for every one.`;
		default:
			return `Cannot listen on ${host}:${port}: ${error.message}`;
	}
}

/** Takes no new connections; resolves when the last request is answered, or is cut off for taking too long. */
export function closeServer(server: Server): Promise<void> {
	return new Promise((resolve) => {
		const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
		const idle = setInterval(() => server.closeIdleConnections(), 50);
		server.close(() => {
			clearTimeout(cut);
			clearInterval(idle);
			resolve();
		});
	});
}
