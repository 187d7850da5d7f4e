// Cameras that speak HTTP: a motion JPEG stream, a folder of files (HLS among them), and servers that misbehave.
import { createReadStream, existsSync, statSync } from 'node:fs';
import {
	createServer as createHttpServer,
	type IncomingMessage,
	type Server,
	type ServerResponse
} from 'node:http';
import {
	createServer as createTcpServer,
	type AddressInfo,
	type Server as TcpServer,
	type Socket
} from 'node:net';
import { join, normalize } from 'node:path';

export interface HttpCamera {
	/** http://127.0.0.1:PORT, without a path. */
	readonly origin: string;
	readonly port: number;
	/** Requests so far, as "METHOD path". */
	readonly requests: string[];
	stop(): Promise<void>;
}

/** `/video.mjpg` (or any path) sends the JPEGs in turn, `fps` a second, for ever. Asks for the login if there is one. */
export function startMjpegCamera(
	jpegs: Buffer[],
	fps: number,
	login?: { user: string; password: string }
): Promise<HttpCamera> {
	return serve((request, response) => {
		const expected = login && `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
		if (expected !== undefined && request.headers.authorization !== expected) {
			response.writeHead(401, { 'www-authenticate': 'Basic realm="camera"' }).end();
			return;
		}
		response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=frame' });
		let next = 0;
		const timer = setInterval(() => {
			const jpeg = jpegs[next++ % jpegs.length] ?? Buffer.alloc(0);
			response.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
			response.write(jpeg);
			response.write('\r\n');
		}, 1_000 / fps);
		response.once('close', () => clearInterval(timer));
	});
}

/** Serves the files of a folder, as a web server does, ranges included. */
export function startFileServer(folder: string): Promise<HttpCamera> {
	return serve((request, response) => {
		const path = join(folder, normalize(decodeURIComponent((request.url ?? '/').split('?')[0] ?? '/')));
		if (!existsSync(path) || !statSync(path).isFile()) {
			response.writeHead(404).end('<html>no such page</html>');
			return;
		}
		const { size } = statSync(path);
		const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
		const partial = request.headers.range !== undefined && start < size;
		response.writeHead(partial ? 206 : 200, {
			'accept-ranges': 'bytes',
			'content-length': partial ? size - start : size,
			...(partial ? { 'content-range': `bytes ${start}-${size - 1}/${size}` } : {})
		});
		createReadStream(path, { start: partial ? start : 0 }).pipe(response);
	});
}

/** Every request gets the same status. */
export function startStatusServer(status: number): Promise<HttpCamera> {
	return serve((_request, response) => void response.writeHead(status).end('<html>no</html>'));
}

/** Accepts connections, and then says nothing (`silent`) or hangs up (`closing`). */
export async function startTcpServer(manner: 'silent' | 'closing'): Promise<HttpCamera> {
	const sockets = new Set<Socket>();
	const server = createTcpServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => {});
		socket.resume();
		if (manner === 'closing') socket.end();
	});
	return listening(server, [], () => sockets.forEach((socket) => socket.destroy()));
}

async function serve(
	answer: (request: IncomingMessage, response: ServerResponse) => void
): Promise<HttpCamera> {
	const requests: string[] = [];
	const server: Server = createHttpServer((request, response) => {
		requests.push(`${request.method} ${request.url}`);
		answer(request, response);
	});
	return listening(server, requests, () => server.closeAllConnections());
}

async function listening(server: TcpServer, requests: string[], drop: () => void): Promise<HttpCamera> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	const stop = () =>
		new Promise<void>((resolve) => {
			server.close(() => resolve());
			drop();
		});
	return { origin: `http://127.0.0.1:${port}`, port, requests, stop };
}
