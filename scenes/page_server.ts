// Serves the renderer's page on the loopback, and takes what the page posts: log lines, meta, frames, truth.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { ROOT } from './recipes.ts';

/** What a render does with the page's posts; a rejected promise fails the post and so the page. */
export interface RenderSink {
	meta(json: string): Promise<void>;
	frame(index: number, rgba: Buffer): Promise<void>;
	/** `flow` is missing for the frames without a grid. */
	truth(index: number, objects: string, flow: string | undefined): Promise<void>;
}

export interface PageServer {
	/** Address of the page, without the query. */
	url: string;
	/** Settles when the page says it is done, or rejects with the page's error. */
	finished: Promise<void>;
	close(): void;
}

const TYPES: Record<string, string> = {
	'.js': 'text/javascript',
	'.html': 'text/html',
	'.glsl': 'text/plain'
};
const FOLDERS = ['/web/', '/sets/', '/node_modules/three/'];

export async function servePage(sink: RenderSink): Promise<PageServer> {
	const { promise: finished, resolve, reject } = Promise.withResolvers<void>();
	const server = createServer((request, response) => {
		const answer =
			request.method === 'POST' ? takePost(request, sink, resolve, reject) : serveFile(request, response);
		answer.then(
			() => response.end(),
			(error: unknown) => {
				reject(error);
				response.writeHead(500).end();
			}
		);
	});
	const { port } = await listen(server);
	return {
		url: `http://127.0.0.1:${port}/`,
		finished,
		close() {
			server.closeAllConnections();
			server.close();
		}
	};
}

function listen(server: Server): Promise<AddressInfo> {
	return new Promise((resolve) =>
		server.listen(0, '127.0.0.1', () => resolve(server.address() as AddressInfo))
	);
}

async function serveFile(request: IncomingMessage, response: ServerResponse): Promise<void> {
	const { pathname } = new URL(request.url ?? '/', 'http://localhost');
	const file = pathname === '/' ? '/web/index.html' : pathname;
	if (!FOLDERS.some((folder) => file.startsWith(folder))) {
		response.writeHead(404);
		return;
	}
	const body = await readFile(path.join(ROOT, file));
	response.writeHead(200, { 'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream' });
	response.write(body);
}

async function takePost(
	request: IncomingMessage,
	sink: RenderSink,
	done: () => void,
	failed: (error: Error) => void
): Promise<void> {
	const url = new URL(request.url ?? '/', 'http://localhost');
	const body = await bodyOf(request);
	const index = Number(url.searchParams.get('f'));
	switch (url.pathname) {
		case '/log':
			return console.log(body.toString());
		case '/meta':
			return sink.meta(body.toString());
		case '/frame':
			return sink.frame(index, body);
		case '/truth': {
			const [objects = '', flow] = body.toString().split('\n');
			return sink.truth(index, objects, flow);
		}
		case '/done':
			return done();
		case '/failed':
			return failed(new Error(`the page failed: ${body.toString()}`));
		default:
			throw new Error(`the page posted to ${url.pathname}, which nothing takes`);
	}
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
}
