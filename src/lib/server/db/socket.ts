// The sockets under the driver's connections. The driver flushes what it writes a turn later, and a socket that closes within that turn
// leaves its connection unable to write for ever: so the end of a socket is told a turn later as well.
import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';

/** What the driver knows of where the database is; with several hosts each is tried in turn. */
export interface Address {
	/** Of a Unix socket. */
	path?: string | false | undefined;
	host: string[];
	port: number[];
}

/** Answers at once: what is written before it is connected waits, and a failure is told as any socket's. */
export function createSockets(): (address: Address) => Socket {
	let attempt = 0;
	return ({ path, host, port }) => {
		const index = attempt++ % host.length;
		const at = { host: host[index], port: port[index] } as TcpNetConnectOpts;
		const socket = path ? connect({ path }) : connect(at);
		// For TLS the driver asks the socket whom it reached.
		return endingLate(Object.assign(socket, at));
	};
}

function endingLate(socket: Socket): Socket {
	const emit = socket.emit.bind(socket) as (name: string | symbol, ...told: unknown[]) => boolean;
	socket.emit = ((name: string | symbol, ...told: unknown[]) => {
		if (name !== 'close') return emit(name, ...told);
		// As if without an error: what was asked since that was told fails too, instead of waiting for ever.
		setImmediate(() => emit(name, false));
		return true;
	}) as typeof socket.emit;
	return socket;
}
