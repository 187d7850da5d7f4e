// Commands that other programs give over the journal: each done once, through the ports of the rooms that do them.
import type { JournalCommand } from '#lib/contracts/event.ts';
import type { Logger } from '../base/log.ts';
import { once, type MessagesDatabase } from './store.ts';

/** What a command may ask for. Each throws AppError: `not_found` for what is not there. */
export interface CommandPorts {
	setActive(streamId: string, active: boolean): Promise<unknown>;
	/** Tries the source of a stream again at once. */
	retryNow(streamId: string): Promise<unknown>;
	shutdownScenario(id: string): Promise<unknown>;
}

export const COMMANDS = 'commands';

/** Does a command, one after the other: each takes a connection while it waits for others of the same pool. */
export function createCommands(db: MessagesDatabase, ports: CommandPorts, log: Pick<Logger, 'info'>) {
	let last: Promise<void> = Promise.resolve();

	async function run(command: JournalCommand): Promise<void> {
		const done = await once(db, COMMANDS, command.id, () => effectOf(command));
		if (done) log.info({ command: command.command, id: command.id }, 'a command was done');
	}

	async function effectOf(command: JournalCommand): Promise<void> {
		switch (command.command) {
			case 'stream.activate':
				await ports.setActive(command.stream_id, true);
				return;
			case 'stream.deactivate':
				await ports.setActive(command.stream_id, false);
				return;
			case 'stream.retry':
				await ports.retryNow(command.stream_id);
				return;
			case 'scenario.shutdown':
				await ports.shutdownScenario(command.scenario_uuid);
				return;
		}
	}

	return (command: JournalCommand): Promise<void> => {
		const running = last.then(() => run(command));
		last = running.catch(() => {});
		return running;
	};
}
