// A consumer: plans what the journal brings.
import { createMessages } from '#lib/server/messages/index.ts';
import { live, log, openParts } from './instance.ts';

const { delivery, bus, journal, client } = await openParts();
const messages = createMessages({
	db: client.db,
	journal,
	log,
	deliver: delivery.take,
	commands: { setActive: async () => {}, retryNow: async () => {}, shutdownScenario: async () => {} }
});
messages.start();
live(async () => {
	await messages.stop();
	await bus.close();
	await client.close();
});
