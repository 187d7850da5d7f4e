// What every process of the harness is made of: its settings, a pool of connections, NATS, and a way to end.
import { pino } from 'pino';
import { openCarriers, type Carriers } from '#lib/server/bus/index.ts';
import { connect, type Client, type ConnectionTarget } from '#lib/server/db/index.ts';
import { createDelivery, type Delivery } from '#lib/server/delivery/index.ts';

/** Handed to each process as JSON, its only argument. */
export interface Settings {
	name: string;
	database: ConnectionTarget;
	natsUrl: string;
	/** Rules the writer speaks for, with the token of their stream's lease. */
	rules: { ruleId: string; streamId: string; token: number }[];
	statesPerSecond: number;
	/** Of the writer's own. */
	dataDir: string;
}

export const settings = JSON.parse(process.argv[2] ?? '{}') as Settings;
export const log = pino({ level: 'warn' });

/** Shorter than in production, so that what a kill interrupts goes on within seconds. */
export const TIMING = {
	pictureWaitMs: 100,
	pollMs: 200,
	leaseMs: 3000,
	restMs: 200,
	flushMs: 500,
	awayMs: 1000,
	lateMs: 3000,
	schedule: () => 150
};

export const DELIVERY_CONFIG = { secretKey: 'k'.repeat(32), sourceDeny: [], origin: 'http://localhost' };

export interface Parts extends Carriers {
	client: Client;
	delivery: Delivery;
}

export async function openParts(): Promise<Parts> {
	const client = connect(settings.database, { max: 5 });
	const carriers = await openCarriers(
		{
			natsUrl: settings.natsUrl,
			instanceId: settings.name,
			nats: { prefix: 'vf', credsFile: null, tls: { ca: null, cert: null, key: null } }
		},
		log
	);
	const { bus, journal } = carriers;
	const delivery = createDelivery({
		db: client.db,
		bus,
		log,
		journal,
		config: DELIVERY_CONFIG,
		timing: TIMING
	});
	return { ...carriers, client, delivery };
}

/** Tells the harness that this process does its work, and ends it in peace at SIGTERM. */
export function live(end: () => Promise<void>): void {
	process.once('SIGTERM', () => {
		void end().then(
			() => process.exit(0),
			(error: unknown) => {
				log.error({ err: error }, 'could not end in peace');
				process.exit(1);
			}
		);
	});
	process.send?.('ready');
}
