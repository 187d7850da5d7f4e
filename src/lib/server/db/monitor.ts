// Asks the database every two seconds whether it is there, on a connection of its own.
import { setTimeout as sleep } from 'node:timers/promises';
import { causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { connect, type ConnectionTarget } from './client.ts';

const INTERVAL_MS = 2000;
const PATIENCE_MS = 3000;

export interface DatabaseMonitor {
	/** Whether the last question was answered. */
	isUp(): boolean;
	/** When it was last found away, and why; null while it answers. */
	outage(): { since: Date; reason: string } | null;
	stop(): Promise<void>;
}

export function monitorDatabase(
	target: ConnectionTarget,
	log: Pick<Logger, 'error' | 'info'>
): DatabaseMonitor {
	const client = connect(target, { max: 1 });
	const ending = new AbortController();
	let outage: { since: Date; reason: string } | null = null;

	async function ask(): Promise<void> {
		try {
			await answered(client.sql`select 1`);
			if (outage) log.info({ since: outage.since }, 'the database answers again');
			outage = null;
		} catch (error) {
			if (!outage)
				log.error(
					{ reason: causeChain(error) },
					'the database does not answer; requests get 503 until it does'
				);
			outage ??= { since: new Date(), reason: causeChain(error) };
		}
	}

	async function loop(): Promise<void> {
		while (!ending.signal.aborted) {
			await sleep(INTERVAL_MS, undefined, { signal: ending.signal }).catch(() => {});
			if (!ending.signal.aborted) await ask();
		}
	}

	const running = loop();
	return {
		isUp: () => outage === null,
		outage: () => outage,
		async stop() {
			ending.abort();
			await client.close(0);
			await running;
		}
	};
}

function answered(query: Promise<unknown>): Promise<unknown> {
	let timer: NodeJS.Timeout;
	const patience = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
	});
	return Promise.race([query, patience]).finally(() => clearTimeout(timer));
}
