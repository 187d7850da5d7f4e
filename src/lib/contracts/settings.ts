// System settings: one row, one schema.
import { z } from 'zod';

// The URL parser lets control characters pass; what stores and what fetches an address does not.
const webAddress = z
	.url({ protocol: /^https?$/ })
	.max(2048)
	.refine((value) => !/[\p{Cc}\s]/u.test(value), {
		error: 'must not hold spaces or control characters'
	});
const retention = (days: number) => z.int().min(1).max(3650).default(days);

export const systemSettingsInput = z.strictObject({
	live_preview_fps: z.number().min(0.5).max(30).default(6).describe('preview pictures a second'),
	live_preview_jpeg_quality: z.int().min(10).max(95).default(65),
	live_preview_max_width: z.int().min(0).max(3840).default(960).describe('px; 0 keeps the source size'),
	orientation_offset_deg: z
		.number()
		.min(-180)
		.max(180)
		.default(0)
		.describe('added to every camera heading on the map'),
	retention_detections_days: retention(30),
	retention_alerts_days: retention(365),
	retention_samples_days: retention(30),
	retention_clips_days: retention(14),
	map_style_url: webAddress
		.nullable()
		.default(null)
		.describe('MapLibre style; null draws the offline basemap'),
	geocoder_url: webAddress
		.nullable()
		.default(null)
		.describe('Nominatim-compatible search service; null hides address search'),
	grafana_url: webAddress
		.nullable()
		.default(null)
		.describe('Grafana, shown in a frame beside the dashboard; null shows no such tab')
});
export type SystemSettingsInput = z.infer<typeof systemSettingsInput>;
export type SystemSettings = SystemSettingsInput & { updated_at: string };
