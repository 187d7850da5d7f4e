// One attempt at one channel: its secrets opened, its sender asked, and whatever comes back masked.
import type { Sealer } from '../base/sealer.ts';
import { storedConfig } from './channels/registry.ts';
import { maskAnswer } from './channels/secrets.ts';
import type { ChannelRow } from './channels/store.ts';
import { createSender, type SenderPorts, type Target } from './senders/index.ts';
import { DeliveryError, type Message } from './senders/sender.ts';
import { tooSlow } from './senders/words.ts';

/** For a whole attempt, however many exchanges it takes. */
const ATTEMPT_WITHIN_S = 30;

/** Answers what the other side said. Throws a DeliveryError, or the signal's reason once it is aborted. */
export type Dispatch = (channel: ChannelRow, message: Message, signal: AbortSignal) => Promise<string>;

export function createDispatch(sealer: Sealer, ports: SenderPorts): Dispatch {
	return async (channel, message, signal) => {
		const config = storedConfig(sealer, channel);
		if (config === null) throw unreadable(channel);
		const limit = AbortSignal.timeout(ATTEMPT_WITHIN_S * 1000);
		try {
			const sender = createSender({ type: channel.type, config } as Target, ports);
			const { answer } = await sender.send(message, AbortSignal.any([signal, limit]));
			return maskAnswer(answer, config);
		} catch (error) {
			if (signal.aborted) throw error;
			const failure = limit.aborted ? tooSlow(channel.name, ATTEMPT_WITHIN_S) : asFailure(error);
			throw new DeliveryError(failure.kind, maskAnswer(failure.message, config), {
				retryAfterS: failure.retryAfterS
			});
		}
	};
}

/** What is no DeliveryError is a fault of ours: it is tried again, and told without its cause, which may quote secrets. */
function asFailure(error: unknown): DeliveryError {
	if (error instanceof DeliveryError) return error;
	const told = error instanceof Error ? error.message : String(error);
	return new DeliveryError('refused', `The message could not be made or sent: ${told}`);
}

function unreadable({ name }: ChannelRow): DeliveryError {
	return new DeliveryError(
		'permanent',
		`The settings of ${name} were encrypted with another VF_SECRET_KEY. Start the server with the key it had before, or enter the channel's secrets again.`
	);
}
