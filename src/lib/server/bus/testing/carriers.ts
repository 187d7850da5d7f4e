// Instances on one NATS for tests: configuration, opened carriers, waiting for something to come true.
import { setTimeout as sleep } from 'node:timers/promises';
import { vi } from 'vitest';
import type { Logger } from '../../base/log.ts';
import type { Config } from '../../config/index.ts';
import { openCarriers, type Carriers } from '../carriers.ts';
import type { Journal, ObjectStore } from '../journal.ts';

export type NatsPart = Pick<Config, 'natsUrl' | 'nats' | 'instanceId'>;

export const natsConfig = (
	url: string,
	instanceId: string,
	nats: Partial<Config['nats']> = {}
): NatsPart => ({
	natsUrl: url,
	instanceId,
	nats: { prefix: 'vf', credsFile: null, tls: { ca: null, cert: null, key: null }, ...nats }
});

export const quietLog = () => {
	const log = { error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn() };
	return log as typeof log & Logger;
};

export interface TestInstance extends Carriers {
	journal: Journal;
	objects: ObjectStore;
	log: ReturnType<typeof quietLog>;
}

export async function openInstance(config: NatsPart): Promise<TestInstance> {
	const log = quietLog();
	const { bus, journal, objects } = await openCarriers(config, log);
	if (journal === null || objects === null) throw new Error('NATS brings a journal and files');
	return { bus, journal, objects, log };
}

/** What it warned of, as far as the words match. */
export const warnings = ({ log }: TestInstance, words: string): unknown[] =>
	log.warn.mock.calls.filter((call) => call.some((said) => typeof said === 'string' && said.includes(words)));

/** Until it is true; throws after the time given. */
export async function eventually(isSo: () => boolean | Promise<boolean>, withinMs = 5_000): Promise<void> {
	const until = Date.now() + withinMs;
	while (!(await isSo())) {
		if (Date.now() > until) throw new Error(`not so within ${withinMs} ms: ${isSo.toString()}`);
		await sleep(10);
	}
}
