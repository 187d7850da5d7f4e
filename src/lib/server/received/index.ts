// The door of received alerts: what Grafana and Alertmanager tell becomes alerts beside our own.
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { ReceivedAlert, WebhookAnswer, WebhookMessage } from '#lib/contracts/received.ts';
import { AppError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { subjects, type Bus } from '../bus/index.ts';
import { linkOf, readMessage } from './reading.ts';
import { createGuard, MESSAGES_A_MINUTE, REFUSALS_A_MINUTE, type Limiter } from './secret.ts';
import * as store from './store.ts';

export interface ReceivedDeps {
	db: store.ReceivedDatabase;
	bus: Bus;
	log: Logger;
	/** Null: nothing is taken. */
	token: string | null;
	limiter(limit: { max: number; windowMs: number }): Limiter;
	/** These alerts as the API tells them. */
	alerts(ids: string[]): Promise<AlertRecord[]>;
}

export interface Received {
	/** Throws `unauthenticated` without the secret, `rate_limited` for too many messages. */
	admit(headers: Headers, query: string | null, clientAddress: string): void;
	/** Stores a message and tells of its alerts. The same message again changes nothing but their count. */
	take(message: WebhookMessage): Promise<WebhookAnswer>;
	/** What was told of an alert. Throws `not_found`. */
	of(alertId: string): Promise<ReceivedAlert>;
	/** Ends what nobody has spoken of since then; answers how many. They are forgotten with the alerts. */
	prune(before: Date): Promise<number>;
}

export function createReceived(deps: ReceivedDeps): Received {
	const { db, bus, log } = deps;
	const perMinute = (max: number) => deps.limiter({ max, windowMs: 60_000 });
	const { admit } = createGuard(
		deps.token,
		{ messages: perMinute(MESSAGES_A_MINUTE), refusals: perMinute(REFUSALS_A_MINUTE) },
		log
	);

	/** What is stored stays so even if it is told late: whoever looks again finds it. */
	async function tell(ids: string[]): Promise<void> {
		for (const alert of ids.length > 0 ? await deps.alerts(ids) : []) bus.publish(subjects.alert, alert);
	}

	return {
		admit,
		async take(message) {
			const readings = readMessage(message, new Date());
			const { ids, counts } = await store.takeMessage(db, readings);
			const [first] = readings;
			if (counts.opened + counts.ended > 0)
				log.info(
					{ sender: first?.sender, receiver: first?.receiver, alerts: readings.length, ...counts },
					'alerts were received'
				);
			await tell(ids);
			return { received: readings.length, ...counts };
		},
		async of(alertId) {
			const row = isUuid(alertId) ? await store.findReceived(db, alertId) : null;
			if (!row)
				throw new AppError('not_found', 'This alert was not received from elsewhere, or it is not there.');
			return toRecord(row);
		},
		async prune(before) {
			const ids = await store.endSilent(db, before);
			await tell(ids);
			return ids.length;
		}
	};
}

function toRecord({ raw, received_at, updated_at, ...row }: store.ReceivedRow): ReceivedAlert {
	const { notes, ...told } = raw;
	const alert = (told.alert ?? {}) as Record<string, unknown>;
	return {
		...row,
		group_status: row.group_status as ReceivedAlert['group_status'],
		alert_status: row.alert_status as ReceivedAlert['alert_status'],
		dashboard_url: linkOf(alert.dashboardURL),
		panel_url: linkOf(alert.panelURL),
		silence_url: linkOf(alert.silenceURL),
		notes: Array.isArray(notes) ? notes.map(String) : [],
		received_at: received_at.toISOString(),
		updated_at: updated_at.toISOString(),
		raw: told
	};
}

function isUuid(id: string): boolean {
	return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
}
