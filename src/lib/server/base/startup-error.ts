// A reason not to start, told to the operator as one clear line, without a stack.

export class StartupError extends Error {
	constructor(message: string, options: { cause?: unknown } = {}) {
		super(message, options);
		this.name = 'StartupError';
	}
}

/** By name, not by class: the entry and the bundle each have their own copy of this file. */
export function isStartupError(error: unknown): error is StartupError {
	return error instanceof Error && error.name === 'StartupError';
}
