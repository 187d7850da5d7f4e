// TCP: one connection a message, the alert as one line of JSON.
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelConfigs } from '#lib/contracts/channel.ts';
import { oneLine } from './http.ts';
import { openSocket, type Reach } from './reach.ts';
import { documentOf, type Sender } from './sender.ts';
import { failureOf, tooSlow } from './words.ts';

const WITHIN_S = 10;
/** Time for the other side to answer, or to complain, after everything is written. */
const LISTENED_MS = 1000;
const MAX_ANSWER_BYTES = 2048;

export function createTcpSender(config: ChannelConfigs['tcp'], reach: Reach): Sender {
	const where = `${config.host}:${config.port}`;
	return {
		async send(message, signal) {
			const socket = await openSocket(config, reach, signal);
			try {
				const said = await deliver(socket, `${JSON.stringify(documentOf(message))}\n`, where);
				return { answer: `${where} took it.${said === '' ? '' : ` It said: ${oneLine(said)}`}` };
			} catch (error) {
				throw signal.aborted ? signal.reason : failureOf(error, where);
			} finally {
				socket.destroy();
			}
		}
	};
}

/**
 * Writes the line and closes our half; done when the other side has closed its own, or has had a second to complain.
 * A reset until then means that the line may not have been read.
 */
async function deliver(socket: Socket, line: string, where: string): Promise<string> {
	let said = '';
	socket.on('data', (chunk) => (said = (said + chunk.toString('utf8')).slice(0, MAX_ANSWER_BYTES)));
	const failed = new Promise<never>((_, reject) => socket.once('error', reject));
	const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
	const late = setTimeout(() => socket.destroy(tooSlow(where, WITHIN_S)), WITHIN_S * 1000);
	try {
		await Promise.race([new Promise<void>((resolve) => socket.end(line, resolve)), failed]);
		await Promise.race([closed, sleep(LISTENED_MS, undefined, { ref: false }), failed]);
		return said;
	} finally {
		clearTimeout(late);
		failed.catch(() => {});
	}
}
