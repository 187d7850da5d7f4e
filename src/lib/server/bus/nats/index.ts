// What NATS carries between instances: the bus, the journal and the files, over one connection.
import type { Logger } from '../../base/log.ts';
import type { Config } from '../../config/index.ts';
import type { Carriers } from '../carriers.ts';
import { createNatsBus } from './bus.ts';
import { openLink } from './connection.ts';
import { createJetStream } from './jetstream.ts';
import { createNatsJournal } from './journal.ts';
import { createNatsObjects } from './objects.ts';
import { wireSubjects } from './wire.ts';

/** Throws StartupError where NATS cannot be used at all; one that is away is waited for. */
export async function openNats(
	config: Pick<Config, 'natsUrl' | 'nats' | 'instanceId'>,
	log: Logger
): Promise<Carriers> {
	const link = await openLink(config, log);
	const { prefix } = config.nats;
	const wire = wireSubjects(prefix);
	const jetStream = createJetStream({ link, prefix, wire, log });
	const bus = createNatsBus({ link, wire, instance: config.instanceId, log });
	return {
		bus: {
			...bus,
			async close() {
				jetStream.close();
				await bus.close();
			}
		},
		journal: createNatsJournal({ jetStream, wire, log }),
		objects: createNatsObjects({ jetStream, prefix })
	};
}
