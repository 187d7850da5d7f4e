// How the process ends: by a signal, by a fault, or with one line because it could not start.
import { isStartupError } from '../lib/server/base/startup-error.ts';

/** Orchestrators grant ten seconds before they kill. */
const STOP_WITHIN_MS = 9500;
/** In which V8's threads finish what they compile, once nothing else runs. */
const QUIET_MS = 100;
/** npm and terminals may both pass the same Ctrl-C on: only a later one means "at once". */
const SAME_SIGNAL_MS = 500;

export interface Stoppable {
	/** Stops everything; resolves when the process may exit. */
	stop(): Promise<void>;
	/** Whether native code is at work in a thread: `process.exit` then aborts the process, and only SIGKILL ends it quietly. */
	busy(): boolean;
}

/** Stops at SIGTERM or SIGINT and exits 0; at a second one ends at once. A fault nobody caught stops too, and exits 1. */
export function onStopSignal({ stop, busy }: Stoppable): void {
	let begun: number | null = null;
	const endNow = () => (busy() ? process.kill(process.pid, 'SIGKILL') : leave(1));

	const begin = (exitCode: number) => {
		if (begun !== null) {
			if (performance.now() - begun > SAME_SIGNAL_MS) endNow();
			return;
		}
		begun = performance.now();
		setTimeout(() => {
			console.error('The server did not stop in time; ending it.');
			endNow();
		}, STOP_WITHIN_MS).unref();
		stop().then(
			() => leave(exitCode),
			(error: unknown) => {
				console.error(error);
				endNow();
			}
		);
	};

	process.on('SIGTERM', () => begin(0));
	process.on('SIGINT', () => begin(0));
	if (process.env.npm_lifecycle_event) onParentGone(() => begin(0));
	process.on('uncaughtException', (error) => {
		console.error('A fault that nothing caught ends the server:', error);
		begin(1);
	});
}

/** npm runs us in a shell that dies of a signal without passing it on: then our parent is another. */
function onParentGone(act: () => void): void {
	const parent = process.ppid;
	const watching = setInterval(() => {
		if (process.ppid === parent) return;
		clearInterval(watching);
		act();
	}, 500);
	watching.unref();
}

/** One line for what an operator can mend, the stack for what only we can. */
export function exitWithLine(error: unknown): void {
	console.error(isStartupError(error) ? error.message : error);
	leave(1);
}

/**
 * Ends the process a moment later. `process.exit` waits for V8's threads, and one that compiles may itself wait for the main thread
 * to collect garbage: then neither goes on (nodejs/node#64274). A main thread that is idle answers, and gives them nothing new.
 */
function leave(exitCode: number): void {
	process.exitCode = exitCode;
	setTimeout(() => process.exit(exitCode), QUIET_MS);
}
