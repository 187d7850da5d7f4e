// System settings on a real PostgreSQL: one row, told on, and nothing that the database cannot hold.
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemSettingsInput, type SystemSettings } from '#lib/contracts/settings.ts';
import { createMemoryBus, subjects } from '../bus/index.ts';
import { createLocal } from '../bus/local.ts';
import { startTestDatabase, type TestDatabase } from '../db/testing.ts';
import { createSettings, previewOf } from './index.ts';

let database: TestDatabase;
beforeAll(async () => {
	database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(() => database.reset());

const log = pino({ level: 'silent' });
const room = (bus = createMemoryBus(log)) => createSettings({ db: database.db, bus, log, version: '0.0.0' });

describe('settings', () => {
	it('are the defaults before anybody saved any', async () => {
		expect(await room().get()).toMatchObject({
			live_preview_fps: 6,
			live_preview_jpeg_quality: 65,
			live_preview_max_width: 960,
			orientation_offset_deg: 0,
			geocoder_url: null,
			grafana_url: null
		});
	});

	it('are stored in one row, however many save at once, and survive the room', async () => {
		const settings = room();
		await Promise.all(
			[1, 2, 3, 4, 5].map((fps) => settings.put(systemSettingsInput.parse({ live_preview_fps: fps })))
		);
		const saved = await settings.put(
			systemSettingsInput.parse({
				live_preview_fps: 12.5,
				map_style_url: 'https://maps.example/style.json?key=ü'
			})
		);
		expect(await room().get()).toEqual(saved);
		expect(saved).toMatchObject({
			live_preview_fps: 12.5,
			map_style_url: 'https://maps.example/style.json?key=ü'
		});
		expect(Date.now() - Date.parse(saved.updated_at)).toBeLessThan(60_000);
		expect(await database.db.execute(sql`select count(*)::int as n from system_settings`)).toMatchObject([
			{ n: 1 }
		]);
	});

	it('put back to their defaults what the input leaves out', async () => {
		const settings = room();
		await settings.put(systemSettingsInput.parse({ live_preview_max_width: 0, retention_clips_days: 3 }));
		expect(await settings.put(systemSettingsInput.parse({}))).toMatchObject({
			live_preview_max_width: 960,
			retention_clips_days: 14
		});
	});

	it('are told to those who listen, until they stop', async () => {
		const settings = room();
		const heard: SystemSettings[] = [];
		const stop = settings.onChange((told) => heard.push(told));
		const saved = await settings.put(systemSettingsInput.parse({ live_preview_jpeg_quality: 80 }));
		stop();
		await settings.put(systemSettingsInput.parse({}));
		expect(heard).toEqual([saved]);
		expect(previewOf(saved)).toEqual({ fps: 6, maxWidth: 960, quality: 80 });
	});

	it('saved by another instance are told here, once, and never an older state after a newer one', async () => {
		const local = createLocal(log);
		const here = room({ ...createMemoryBus(log), subscribe: local.subscribe });
		const heard: SystemSettings[] = [];
		here.onChange((told) => heard.push(told));
		const saved = await room().put(systemSettingsInput.parse({ live_preview_fps: 12 }));
		const hear = () =>
			local.deliver(subjects.settingsChange, null, { instance: 'there', here: false, at: Date.now() });
		hear();
		await vi.waitFor(() => expect(heard).toEqual([saved]));
		hear();
		hear();
		await here.get();
		expect(heard).toEqual([saved]);
	});

	it.each([
		{ live_preview_fps: 0 },
		{ live_preview_fps: 31 },
		{ live_preview_fps: '6' },
		{ live_preview_jpeg_quality: 65.5 },
		{ live_preview_max_width: -1 },
		{ orientation_offset_deg: 181 },
		{ retention_alerts_days: 0 },
		{ geocoder_url: 'file:///etc/passwd' },
		{ geocoder_url: 'javascript:alert(1)' },
		{ grafana_url: 'javascript:alert(1)' },
		{ map_style_url: `https://x/${'a'.repeat(3000)}` },
		{ map_style_url: 'https://x/\u0000' },
		{ unknown: 1 }
	])('refuse %j', (input) => {
		expect(systemSettingsInput.safeParse(input).success).toBe(false);
	});
});
