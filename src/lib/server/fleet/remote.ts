// What is asked of whoever runs a stream: its log, another attempt, a look at a source from where it stands.
import type { ActivityLine } from '#lib/contracts/live.ts';
import type { InstanceRecord, Labels } from '#lib/contracts/instance.ts';
import { bears } from '#lib/contracts/instance.ts';
import type { ProbeResult } from '#lib/contracts/probe.ts';
import type { SourceConfig } from '#lib/contracts/run.ts';
import { AppError, causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { questions, type Bus } from '../bus/index.ts';
import type { LocalEngine, Self } from './ports.ts';
import { candidates, written } from './view/rules.ts';

export interface RemoteDeps {
	self: Pick<Self, 'id' | 'roles' | 'labels'>;
	bus: Bus;
	log: Pick<Logger, 'debug'>;
	engine(): LocalEngine;
	/** Where the stream runs as far as is heard; null where nobody says so. */
	holder(streamId: string): string | null;
	instances(): readonly InstanceRecord[];
}

export interface Remote {
	logs(streamId: string, tail: number): Promise<ActivityLine[]>;
	retryNow(streamId: string): Promise<void>;
	probe(source: SourceConfig, placement: Labels): Promise<ProbeResult>;
	/** Answers what others ask of this instance's engine, until the returned function is called. */
	answer(): () => void;
}

const ANSWER_WITHIN_MS = 2000;
/** A probe takes up to ten seconds by itself. */
const PROBE_WITHIN_MS = 12_000;
/** Instances asked for a probe, one after the other, when one does not answer. */
const MOST_ASKED = 2;

export function createRemote(deps: RemoteDeps): Remote {
	const { self, bus, log, engine } = deps;

	/** Null where it runs here, or nowhere. */
	function elsewhere(streamId: string): string | null {
		const holder = deps.holder(streamId);
		return holder === self.id ? null : holder;
	}

	async function logs(streamId: string, tail: number): Promise<ActivityLine[]> {
		const holder = elsewhere(streamId);
		if (holder === null) return engine().logs(streamId, tail);
		try {
			return await bus.ask(questions.logs, holder, { streamId, tail }, ANSWER_WITHIN_MS);
		} catch (error) {
			log.debug({ streamId, holder, cause: causeChain(error) }, 'whoever runs the stream tells no log');
			return [];
		}
	}

	async function retryNow(streamId: string): Promise<void> {
		const holder = elsewhere(streamId);
		if (holder === null) return engine().retryNow(streamId);
		await bus.ask(questions.retry, holder, { streamId }, ANSWER_WITHIN_MS);
	}

	async function probe(source: SourceConfig, placement: Labels): Promise<ProbeResult> {
		if (self.roles.includes('worker') && bears(self.labels, placement)) return engine().probe(source);
		const able = candidates(deps.instances(), placement).filter(({ id }) => id !== self.id);
		const freest = able.toSorted((a, b) => a.streams / a.max_streams - b.streams / b.max_streams);
		let failure: unknown = nobody(placement);
		for (const { id } of freest.slice(0, MOST_ASKED)) {
			try {
				return await bus.ask(questions.probe, id, source, PROBE_WITHIN_MS);
			} catch (error) {
				if (!(error instanceof AppError) || error.code !== 'unavailable') throw error;
				failure = error;
			}
		}
		throw failure;
	}

	return {
		logs,
		retryNow,
		probe,
		answer() {
			const ends = [
				bus.answer(questions.logs, async ({ streamId, tail }) => engine().logs(streamId, tail)),
				bus.answer(questions.retry, async ({ streamId }) => {
					engine().retryNow(streamId);
					return null;
				}),
				bus.answer(questions.probe, (source) => engine().probe(source))
			];
			return () => {
				for (const end of ends) end();
			};
		}
	};
}

function nobody(placement: Labels): AppError {
	const asked = written(placement);
	return new AppError(
		'unavailable',
		asked === ''
			? 'No instance runs workers, so nothing can look at the source. Start one whose VF_ROLES has worker.'
			: `No instance that runs workers bears ${asked}, so nothing can look at the source from there. Start one with VF_LABELS=${asked}.`
	);
}
