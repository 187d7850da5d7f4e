// Between the streams and the inference threads: short queues, fair turns, batches where they pay, and every question answered once.
import type { ExecutionProvider, InferenceResult, LoadableModel } from '#lib/contracts/model.ts';
import type { InferenceAnswer, InferenceTask, TaskPicture } from '#lib/workers/detect/task.ts';
import { causeChain } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { createModelDesk, type ModelSource } from './desk.ts';
import { createTally, type InferenceFigures } from './figures.ts';
import { createWaiting } from './waiting.ts';

export type InferenceOutcome =
	| { ok: true; result: InferenceResult }
	/** `why` is for people. */
	| { ok: false; reason: 'dropped' | 'failed'; missing: boolean; why: string };

export interface InferenceRequest {
	modelId: string;
	picture: TaskPicture;
	/** Least confidence of a box, 0..1. */
	confidence: number;
	/** Called once, unless the asker withdraws. */
	answer(outcome: InferenceOutcome): void;
}

export interface Broker {
	/** Asks for a look at a picture. `key` names the asker: a stream's id, or anything unique for a single question. */
	ask(key: string, request: InferenceRequest): void;
	/** The asker is gone: what it has waiting is forgotten without an answer. */
	withdraw(key: string): void;
	figures(): InferenceFigures;
	/** Begins nothing more, and answers all that waits as dropped. */
	close(): void;
}

export interface BrokerDeps {
	/** Gives a task to a thread; rejects when it fails, or when its thread dies. */
	run(task: InferenceTask): Promise<InferenceAnswer>;
	models: ModelSource;
	/** Tasks under way at once. */
	threads: number;
	/** Pictures of one asker that may wait. */
	pending: number;
	/** Asked for; what a thread really uses comes with each answer. */
	provider: ExecutionProvider;
	log: Logger;
	/** ms, of a clock that never goes back. */
	now?: () => number;
	/** Whether this asker's work is counted by its key. */
	counted?: (key: string) => boolean;
}

/** Pictures of several streams that go to an accelerator at once. */
const MAX_BATCH = 8;
const COMPLAIN_EVERY_MS = 30_000;
/** Nobody waits longer for an answer. The thread stays taken for as long as its run lasts: it must not be ended. */
const OVERDUE_MS = 30_000;

interface Ticket extends InferenceRequest {
	key: string;
}

export function createBroker(deps: BrokerDeps): Broker {
	const { threads, log, now = () => performance.now(), counted = () => true } = deps;
	const waiting = createWaiting<Ticket>(deps.pending);
	const tally = createTally();
	const desk = createModelDesk({ source: deps.models, now, onArrival: () => pump() });
	const complainedAt = new Map<string, number>();
	let busy = 0;
	let inUse: ExecutionProvider | null = null;
	let closed = false;

	/** Gives every free thread something to do. */
	function pump(): void {
		while (!closed && busy < threads) {
			const next = waiting.take((ticket) => desk.state(ticket.modelId).is !== 'coming');
			if (!next) return;
			const ticket = next.item;
			const state = desk.state(ticket.modelId);
			if (state.is === 'ready') void work(state.model, [ticket, ...companionsOf(ticket, state.model)]);
			else {
				waiting.done(ticket.key);
				// Its rest may have ended between the two questions: then it is looked up anew, and the next picture sees it.
				const why = state.is === 'unusable' ? state.why : 'it is being looked up';
				fail([ticket], why, state.is === 'unusable' && state.missing);
			}
		}
	}

	/** Others that want the same of the same model, where one run of many pictures is cheaper than many of one. */
	function companionsOf(ticket: Ticket, { spec }: LoadableModel): Ticket[] {
		const pays = inUse !== null && inUse !== 'cpu' && spec.input.dynamicBatch;
		const found: Ticket[] = [];
		while (pays && found.length < MAX_BATCH - 1) {
			const next = waiting.take(
				({ modelId, confidence }) => modelId === ticket.modelId && confidence === ticket.confidence
			);
			if (!next) break;
			found.push(next.item);
		}
		return found;
	}

	async function work(model: LoadableModel, tickets: Ticket[]): Promise<void> {
		busy++;
		let answered = false;
		const overdue = setTimeout(() => {
			answered = true;
			const why = `it has been at one picture for ${OVERDUE_MS / 1000} s`;
			desk.failed(model.id, why);
			fail(tickets, why);
		}, OVERDUE_MS);
		overdue.unref();
		try {
			const answer = await deps.run(taskOf(model, tickets, deps.provider));
			desk.succeeded(model.id);
			noteProvider(answer, model.id);
			if (!answered) tickets.forEach((ticket, index) => succeed(ticket, answer.results[index]));
		} catch (error) {
			const why = causeChain(error);
			desk.failed(model.id, why);
			if (!answered) fail(tickets, why);
		} finally {
			clearTimeout(overdue);
			busy--;
			for (const { key } of tickets) waiting.done(key);
			pump();
		}
	}

	function noteProvider({ provider, note }: InferenceAnswer, modelId: string): void {
		inUse = provider;
		if (note !== null) log.warn({ modelId, provider }, note);
	}

	function succeed(ticket: Ticket, result: InferenceResult | undefined): void {
		if (!result) return fail([ticket], 'it gave no answer for this picture');
		if (counted(ticket.key)) tally.looked(ticket.key, result.totalMs);
		ticket.answer({ ok: true, result });
	}

	function fail(tickets: Ticket[], why: string, missing = false): void {
		for (const { key, modelId, answer } of tickets) {
			if (counted(key)) tally.failed(key);
			complain(modelId, why);
			answer({ ok: false, reason: 'failed', missing, why });
		}
	}

	function complain(modelId: string, why: string): void {
		if (now() - (complainedAt.get(modelId) ?? -Infinity) < COMPLAIN_EVERY_MS) return;
		if (complainedAt.size > 200) complainedAt.clear();
		complainedAt.set(modelId, now());
		log.error({ modelId, cause: why }, 'a model failed; streams that use it see nothing until it works');
	}

	function drop({ key, answer }: Ticket, why: string): void {
		if (counted(key)) tally.dropped(key);
		answer({ ok: false, reason: 'dropped', missing: false, why });
	}

	return {
		ask(key, request) {
			const ticket = { ...request, key };
			if (closed) return drop(ticket, 'the server is stopping');
			const oldest = waiting.add(key, ticket);
			if (oldest) drop(oldest, 'newer pictures waited');
			pump();
		},
		withdraw: (key) => void waiting.remove(key),
		figures: () => ({
			threads,
			busy,
			waiting: waiting.count(),
			provider: inUse,
			streams: Object.fromEntries(
				tally.all().map(([key, figures]) => [key, { ...figures, waiting: waiting.count(key) }])
			)
		}),
		close() {
			closed = true;
			for (const ticket of waiting.clear()) drop(ticket, 'the server is stopping');
		}
	};
}

function taskOf(model: LoadableModel, tickets: Ticket[], provider: ExecutionProvider): InferenceTask {
	return {
		model,
		provider,
		pictures: tickets.map(({ picture }) => picture),
		confidence: tickets[0]!.confidence
	};
}
