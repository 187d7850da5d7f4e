// The settings room's door: the system settings, told on as they change, and the address search they configure.
import {
	systemSettingsInput,
	type SystemSettings,
	type SystemSettingsInput
} from '#lib/contracts/settings.ts';
import type { PreviewConfig } from '#lib/contracts/run.ts';
import { causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { subjects, type Bus } from '../bus/index.ts';
import { createGeocoder, type Geocoder } from './geocoder.ts';
import { readSettings, writeSettings, type SettingsDatabase } from './store.ts';

export type { Geocoder } from './geocoder.ts';

export interface Settings {
	/** The saved settings; the defaults before anybody saved any. */
	get(): Promise<SystemSettings>;
	/** All of them: what is left out of the input has taken its default. */
	put(input: SystemSettingsInput): Promise<SystemSettings>;
	/** Called after every `put`, here or on another instance; the returned function ends that. */
	onChange(listener: (settings: SystemSettings) => void): () => void;
	readonly geocoder: Geocoder;
	/** Begins to look, now and then, for what another instance saved and nobody here was told of. */
	start(): void;
	stop(): void;
}

export interface SettingsDeps {
	db: SettingsDatabase;
	bus: Bus;
	log: Pick<Logger, 'debug'>;
	/** Names the product to the address service. */
	version: string;
}

const LOOK_EVERY_MS = 30_000;

export function createSettings({ db, bus, log, version }: SettingsDeps): Settings {
	const listeners = new Set<(settings: SystemSettings) => void>();
	const get = async () => (await readSettings(db)) ?? defaults();
	let knownAt = '';
	let timer: NodeJS.Timeout | undefined;

	function tell(settings: SystemSettings): void {
		knownAt = settings.updated_at;
		for (const listener of listeners) listener(settings);
	}

	/** Told when they are newer than what was told last: looks may overtake each other. */
	async function look(): Promise<void> {
		try {
			const settings = await get();
			if (settings.updated_at > knownAt) tell(settings);
		} catch (error) {
			log.debug({ cause: causeChain(error) }, 'settings cannot be read; those known stand');
		}
	}

	const unsubscribe = bus.subscribe(subjects.settingsChange, (_, { here }) => {
		if (!here) void look();
	});

	return {
		get,
		async put(input) {
			const settings = await writeSettings(db, input);
			tell(settings);
			bus.publish(subjects.settingsChange, null);
			return settings;
		},
		onChange(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		geocoder: createGeocoder({
			baseUrl: async () => (await get()).geocoder_url,
			userAgent: `vector-flow/${version}`
		}),
		start() {
			timer = setInterval(() => void look(), LOOK_EVERY_MS);
			timer.unref();
		},
		stop() {
			clearInterval(timer);
			unsubscribe();
		}
	};
}

/** What the settings say to every run's preview. */
export function previewOf(settings: SystemSettings): PreviewConfig {
	return {
		fps: settings.live_preview_fps,
		maxWidth: settings.live_preview_max_width,
		quality: settings.live_preview_jpeg_quality
	};
}

function defaults(): SystemSettings {
	return { ...systemSettingsInput.parse({}), updated_at: new Date(0).toISOString() };
}
