// A relay: publishes what the outbox holds, plans what the journal does not bring back, and sends what is due.
import { live, openParts } from './instance.ts';

const { delivery, bus, client } = await openParts();
delivery.start();
live(async () => {
	await delivery.stop();
	await bus.close();
	await client.close();
});
