// The engine's inference: threads that run models, the broker before them, and single questions from people.
import { randomUUID } from 'node:crypto';
import type { ExecutionProvider, InferenceResult } from '#lib/contracts/model.ts';
import type { TaskPicture } from '#lib/workers/detect/task.ts';
import { AppError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { createBroker, type Broker, type InferenceOutcome } from './broker.ts';
import type { ModelSource } from './desk.ts';
import type { InferenceFigures } from './figures.ts';
import { createInferencePool, type InferencePool } from './pool.ts';

export type { ModelSource } from './desk.ts';
export { DURATION_BUCKETS_S, type InferenceFigures } from './figures.ts';

export interface InferenceSettings {
	/** Threads that run models. */
	threads: number;
	/** Pictures of one stream that may wait. */
	pending: number;
	provider: ExecutionProvider;
}

export interface Inference extends Pick<Broker, 'ask' | 'withdraw'> {
	/**
	 * Looks at one picture. Throws `rate_limited` when too many wait, `not_found` without such a model, `model_unusable`
	 * when it fails, `unavailable` when it takes too long or the server stops.
	 */
	infer(modelId: string, picture: TaskPicture, confidence: number): Promise<InferenceResult>;
	figures(): InferenceFigures;
	/** Runs under way. While there are any, the process must not exit, only be killed. */
	readonly busy: number;
	quiet(): Promise<void>;
	/** Takes nothing more; ends the threads unless one is still at work after `limitMs`. */
	stop(limitMs: number): Promise<void>;
}

export interface InferenceDeps extends InferenceSettings {
	models: ModelSource;
	log: Logger;
	/** The threads; made here unless given. */
	pool?: InferencePool;
}

/** Single questions that may wait at once. */
const MAX_SINGLE = 4;
const SINGLE_LIMIT_MS = 20_000;
const SINGLE = 'single:';

export function createInference(deps: InferenceDeps): Inference {
	const { threads, log } = deps;
	const pool = deps.pool ?? createInferencePool({ threads, log });
	const broker = createBroker({ ...deps, run: pool.run, counted: (key) => !key.startsWith(SINGLE) });
	let single = 0;

	function askOnce(modelId: string, picture: TaskPicture, confidence: number): Promise<InferenceOutcome> {
		const key = SINGLE + randomUUID();
		return new Promise((resolve) => {
			const late = setTimeout(() => {
				broker.withdraw(key);
				resolve({ ok: false, reason: 'dropped', missing: false, why: 'its turn did not come in time' });
			}, SINGLE_LIMIT_MS);
			const answer = (outcome: InferenceOutcome) => {
				clearTimeout(late);
				resolve(outcome);
			};
			broker.ask(key, { modelId, picture, confidence, answer });
		});
	}

	return {
		ask: broker.ask,
		withdraw: broker.withdraw,
		figures: broker.figures,
		get busy() {
			return pool.busy;
		},
		quiet: pool.quiet,
		async infer(modelId, picture, confidence) {
			if (single >= MAX_SINGLE)
				throw new AppError('rate_limited', `${MAX_SINGLE} pictures wait already. Try again in a moment.`, {
					retryAfterS: 1
				});
			single++;
			try {
				return resultOf(await askOnce(modelId, picture, confidence), modelId);
			} finally {
				single--;
			}
		},
		stop(limitMs) {
			broker.close();
			return pool.stop(limitMs);
		}
	};
}

function resultOf(outcome: InferenceOutcome, modelId: string): InferenceResult {
	if (outcome.ok) return outcome.result;
	const { reason, missing, why } = outcome;
	if (missing)
		throw new AppError(
			'not_found',
			`There is no model ${modelId}. GET /api/v1/models lists those there are.`
		);
	if (reason === 'dropped')
		throw new AppError('unavailable', `The picture was not looked at: ${why}. Try again.`, {
			retryAfterS: 2
		});
	throw new AppError(
		'model_unusable',
		`The model failed on this picture: ${why}. Try another picture, or upload the model again.`
	);
}
