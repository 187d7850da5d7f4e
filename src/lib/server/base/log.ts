// Structured logs: JSON lines, or a readable form on a terminal; one spelling of every key, and secrets masked.
import { Writable } from 'node:stream';
import { pino, type Logger as PinoLogger, type LoggerOptions } from 'pino';
import pretty from 'pino-pretty';
import { maskText } from './mask.ts';

export type Logger = PinoLogger;

export interface LogOptions {
	level: string;
	format: 'json' | 'pretty';
	instance: string;
	/** What no line may hold, whoever quotes it. */
	secrets?: readonly string[];
	/** Where lines go; standard output unless told. */
	destination?: { write(line: string): void };
}

export function createLogger({ level, format, instance, secrets = [], destination }: LogOptions): Logger {
	const mask = (text: string) => maskText(text, secrets);
	const base: LoggerOptions = {
		level,
		base: { instance },
		serializers: { err: (error: unknown) => describeError(error, mask) },
		formatters: { log: (fields) => spelled(fields, mask), bindings: (fields) => spelled(fields, mask) },
		hooks: {
			logMethod(args, method) {
				// An error alone would give the line its message after this.
				const given: unknown[] = args[0] instanceof Error ? [{ err: args[0] }, args[0].message] : args;
				method.apply(this, given.map((arg) => (typeof arg === 'string' ? mask(arg) : arg)) as typeof args);
			}
		}
	};
	if (format === 'json') {
		const words: LoggerOptions = {
			...base,
			timestamp: pino.stdTimeFunctions.isoTime,
			formatters: { ...base.formatters, level: (label) => ({ level: label }) }
		};
		return pino(words, destination ?? pino.destination(1));
	}
	return pino(
		base,
		pretty({
			colorize: process.stdout.isTTY && destination === undefined,
			translateTime: 'HH:MM:ss.l',
			ignore: 'instance,pid,hostname',
			...(destination && { destination: sink(destination) })
		})
	);
}

function sink(to: { write(line: string): void }): Writable {
	return new Writable({
		write(line: Buffer, _encoding, done) {
			to.write(line.toString());
			done();
		}
	});
}

/** Keys as the API spells them: `streamId` is `stream_id` wherever a line is read, as `runId`, `requestId` and all others. */
function spelled(fields: Record<string, unknown>, mask: (text: string) => string): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(fields).map(([key, value]) => [
			key.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
			typeof value === 'string' ? mask(value) : value
		])
	);
}

/** Failed queries carry their parameters, and among those are secrets: only the statement is told. */
function describeError(error: unknown, mask: (text: string) => string): unknown {
	if (!(error instanceof Error)) return typeof error === 'string' ? mask(error) : error;
	const statement = 'query' in error && typeof error.query === 'string' ? error.query : null;
	const message = statement && 'params' in error ? 'a query failed' : mask(error.message);
	const stack = error.stack?.replace(error.message, () => message);
	return {
		type: error.name,
		message,
		...('code' in error && { code: error.code }),
		...(statement && { query: statement.slice(0, 500) }),
		stack: stack && mask(stack),
		...(error.cause !== undefined && { cause: describeError(error.cause, mask) })
	};
}
