// Places on the map by name, and names of places: what GET /geocode and /geocode/reverse take and answer.
import { z } from 'zod';

const coordinate = (limit: number) =>
	z
		.string()
		.trim()
		.regex(/^-?\d{1,3}(\.\d{1,15})?$/, { error: 'must be decimal degrees, as in 50.9375' })
		.transform(Number)
		.pipe(z.number().min(-limit).max(limit));

export const geocodeQuery = z.strictObject({
	q: z
		.string()
		.trim()
		.min(2, { error: 'at least 2 characters' })
		.max(200, { error: 'at most 200 characters' })
		.describe('an address or the name of a place')
});

export const reverseGeocodeQuery = z.strictObject({
	lat: coordinate(90).describe('decimal degrees'),
	lon: coordinate(180).describe('decimal degrees')
});

export const place = z.object({
	label: z.string(),
	latitude: z.number().min(-90).max(90),
	longitude: z.number().min(-180).max(180)
});
export type Place = z.infer<typeof place>;
