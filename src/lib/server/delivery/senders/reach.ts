// Whom this server may speak to: every address is judged as it is connected to, so that no name can change its mind in between.
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { connect as connectPlain, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { DenyList } from '../../base/deny.ts';
import { DeliveryError } from './sender.ts';
import { failureOf, tooSlow } from './words.ts';

/** Every address of a name; the system's resolver unless a test brings its own. */
export type Resolve = (
	host: string,
	answer: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void
) => void;

export interface Reach {
	/** For `net.connect` and what stands on it. Fails with a DeliveryError for a network that is denied. */
	lookup: LookupFunction;
	/** Throws for a literal address that is denied: those are connected to without any look-up. */
	requireLiteral(host: string): void;
}

export function createReach(deny: DenyList, resolve: Resolve = systemResolve): Reach {
	function requireAllowed(host: string, address: string): void {
		if (!deny.denies(address)) return;
		const named = host === address ? address : `${host} (${address})`;
		throw new DeliveryError(
			'permanent',
			`The network of ${named} may not be reached from this server. Use another address, or ask an administrator to change VF_SOURCE_DENY.`
		);
	}
	const lookup: LookupFunction = (host, options, answer) =>
		resolve(host, (error, addresses) => {
			try {
				if (error) throw error;
				for (const { address } of addresses) requireAllowed(host, address);
			} catch (problem) {
				return answer(problem as NodeJS.ErrnoException, '', 0);
			}
			const [first] = addresses;
			if (options.all || !first) answer(null, addresses);
			else answer(null, first.address, first.family);
		});
	return {
		lookup,
		requireLiteral(host) {
			const bare = host.replace(/^\[|\]$/g, '');
			if (isIP(bare)) requireAllowed(bare, bare);
		}
	};
}

function systemResolve(host: string, answer: Parameters<Resolve>[1]): void {
	systemLookup(host, { all: true }, answer);
}

const CONNECT_WITHIN_S = 10;

/** An open connection, TLS already agreed on where asked for. Throws DeliveryError; ended by the signal. */
export async function openSocket(
	{ host, port, tls }: { host: string; port: number; tls: boolean },
	reach: Reach,
	signal: AbortSignal
): Promise<Socket> {
	const where = `${host}:${port}`;
	signal.throwIfAborted();
	reach.requireLiteral(host);
	const common = { host, port, lookup: reach.lookup };
	const socket = tls
		? connectTls({ ...common, ...(isIP(host) ? {} : { servername: host }) })
		: connectPlain(common);
	const limit = setTimeout(() => socket.destroy(tooSlow(where, CONNECT_WITHIN_S)), CONNECT_WITHIN_S * 1000);
	const abort = () => socket.destroy(signal.reason as Error);
	signal.addEventListener('abort', abort, { once: true });
	socket.once('close', () => signal.removeEventListener('abort', abort));
	try {
		await new Promise<void>((resolve, reject) => {
			socket.once(tls ? 'secureConnect' : 'connect', resolve);
			socket.once('error', reject);
			socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
		});
		return socket;
	} catch (error) {
		throw signal.aborted ? error : failureOf(error, where);
	} finally {
		clearTimeout(limit);
	}
}
