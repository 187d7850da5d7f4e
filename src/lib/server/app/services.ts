// The rooms as routes see them, put on every request's locals by the composition root.
import type { Alerts } from '../alerts/index.ts';
import type { Detections } from '../detections/index.ts';
import type { Delivery } from '../delivery/index.ts';
import type { Engine } from '../engine/index.ts';
import type { Files } from '../files/index.ts';
import type { Fleet } from '../fleet/index.ts';
import type { History } from '../history/index.ts';
import type { Live } from '../live/index.ts';
import type { Messages } from '../messages/index.ts';
import type { Models } from '../models/index.ts';
import type { Received } from '../received/index.ts';
import type { Rules } from '../rules/index.ts';
import type { Scenarios } from '../scenarios/index.ts';
import type { Settings } from '../settings/index.ts';
import type { Streams } from '../streams/index.ts';
import type { Auth } from '../auth/index.ts';
import type { Health, Metrics, TargetsFile } from '../telemetry/index.ts';
import type { Logger } from '../base/log.ts';
import type { Config } from '../config/index.ts';

export interface Services {
	log: Logger;
	config: Config;
	auth: Auth;
	streams: Streams;
	models: Models;
	settings: Settings;
	history: History;
	/** Zones as well. */
	rules: Rules;
	alerts: Alerts;
	/** What Grafana and Alertmanager tell. */
	received: Received;
	detections: Detections;
	/** Channels as well. */
	delivery: Delivery;
	/** Those that were set aside. */
	messages: Messages;
	/** Sessions as well. */
	scenarios: Scenarios;
	/** What runs on this very instance. */
	engine: Engine;
	files: Files;
	/** What runs on any. */
	fleet: Fleet;
	live: Live;
	health: Health;
	metrics: Metrics;
	/** Metrics' whereabouts in a file. */
	targets: TargetsFile;
}
