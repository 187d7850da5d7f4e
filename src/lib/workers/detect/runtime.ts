// ONNX Runtime as this product uses it: one thread a session, quiet, on the provider asked for or else the CPU.
import { env, InferenceSession } from 'onnxruntime-node';
import { causeChain } from '#lib/server/base/errors.ts';
import type { ExecutionProvider } from '#lib/contracts/model.ts';

export interface OpenedSession {
	session: InferenceSession;
	/** The one in use. */
	provider: ExecutionProvider;
}

/**
 * Loads a model; blocks the thread while it does. A provider that cannot be had is said once through `log`, and the CPU
 * takes over. Throws what the runtime says where the CPU cannot load it either.
 */
export async function openSession(
	path: string,
	provider: ExecutionProvider,
	log: (text: string) => void
): Promise<OpenedSession> {
	// What goes wrong is thrown and told by us; the runtime would write it to stderr as well.
	env.logLevel = 'fatal';
	if (provider === 'cpu') return { session: await create(path, provider), provider };
	try {
		return { session: await create(path, provider), provider };
	} catch (error) {
		const session = await create(path, 'cpu');
		log(
			`The execution provider ${provider} cannot be used (${shorten(causeChain(error))}); models run on the CPU instead. ` +
				`Install what ${provider} needs, or set the provider to cpu.`
		);
		return { session, provider: 'cpu' };
	}
}

/** What the runtime says, on one line of readable length, without the places in its own sources and a full stop. */
export function shorten(message: string): string {
	const line = message
		.replace(/\S*onnxruntime_src\S*/g, '')
		.replace(/\s+/g, ' ')
		.trim()
		.replace(/\.$/, '');
	return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

function create(path: string, provider: ExecutionProvider): Promise<InferenceSession> {
	return InferenceSession.create(path, {
		executionProviders: [provider],
		// Sessions run side by side in threads of their own: two with one thread each do more than one with two.
		intraOpNumThreads: 1,
		interOpNumThreads: 1,
		executionMode: 'sequential',
		graphOptimizationLevel: 'all',
		// What fails is thrown; a model that fails at every picture must not write to stderr as often.
		logSeverityLevel: 4,
		extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } }
	});
}
