// Structured logs: JSON lines, or a readable form on a terminal; secrets are masked before anything is written.
import { pino, type Logger as PinoLogger } from 'pino';
import pretty from 'pino-pretty';

export type Logger = PinoLogger;

export interface LogOptions {
	level: string;
	format: 'json' | 'pretty';
	instance: string;
	/** Where JSON lines go; standard output unless told. */
	destination?: { write(line: string): void };
}

export function createLogger(options: LogOptions): Logger {
	const base = {
		level: options.level,
		base: { instance: options.instance },
		serializers: { err: describeError }
	};
	if (options.format === 'json') {
		return pino(
			{ ...base, timestamp: pino.stdTimeFunctions.isoTime },
			options.destination ?? pino.destination(1)
		);
	}
	return pino(
		base,
		pretty({ colorize: process.stdout.isTTY, translateTime: 'HH:MM:ss.l', ignore: 'instance,pid,hostname' })
	);
}

/** Failed queries carry their parameters, and among those are secrets: only the statement is told. */
function describeError(error: unknown): unknown {
	if (!(error instanceof Error)) return error;
	const statement = 'query' in error && typeof error.query === 'string' ? error.query : null;
	const message = statement && 'params' in error ? 'a query failed' : error.message;
	return {
		type: error.name,
		message,
		...('code' in error && { code: error.code }),
		...(statement && { query: statement.slice(0, 500) }),
		stack: error.stack?.replace(error.message, message),
		...(error.cause !== undefined && { cause: describeError(error.cause) })
	};
}
