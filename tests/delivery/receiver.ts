// The receiver: takes what channels deliver, refuses now and then, keeps its own count, and is never killed.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Chance } from './random.ts';

/** Of all requests: answered with 500, and cut off in the middle of the answer. */
const REFUSED = 0.03;
const CUT_OFF = 0.03;

/** What came of one event of one alert at one channel. */
export interface Heard {
	/** Idempotency keys it came under: more than one is a delivery too many. */
	keys: Set<string>;
	/** Requests that were answered 200. */
	taken: number;
	/** Requests altogether. */
	requests: number;
}

export interface Receiver {
	url: string;
	/** By `<channel> <alert> <event>`. */
	heard: ReadonlyMap<string, Heard>;
	figures(): { requests: number; refused: number; cutOff: number };
	stop(): Promise<void>;
}

export const heardKey = (channel: string, alert: string, event: string) => `${channel} ${alert} ${event}`;

/** A channel's address is `<url>/<channel>`. */
export async function startReceiver(chance: Chance): Promise<Receiver> {
	const heard = new Map<string, Heard>();
	const figures = { requests: 0, refused: 0, cutOff: 0 };

	function record(channel: string, headers: Record<string, unknown>, body: string): Heard {
		const { id } = JSON.parse(body) as { id: string };
		const key = heardKey(channel, id, String(headers['x-vectorflow-event']));
		const known = heard.get(key) ?? { keys: new Set(), taken: 0, requests: 0 };
		heard.set(key, known);
		known.keys.add(String(headers['idempotency-key']));
		known.requests++;
		figures.requests++;
		return known;
	}

	function answer(response: ServerResponse, known: Heard): void {
		const mood = chance.next();
		if (mood < REFUSED) {
			figures.refused++;
			response.writeHead(500).end('not now');
		} else if (mood < REFUSED + CUT_OFF) {
			figures.cutOff++;
			response.socket?.write('HTTP/1.1 200 OK\r\nContent-Le');
			response.socket?.destroy();
		} else {
			known.taken++;
			response.end('ok');
		}
	}

	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		// Who is killed while sending did not tell anything.
		request.on('error', () => {});
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const channel = (request.url ?? '').slice(1);
			answer(response, record(channel, request.headers, Buffer.concat(chunks).toString('utf8')));
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		heard,
		figures: () => figures,
		async stop() {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		}
	};
}
