// Zones: polygons and lines on a stream's picture, in fractions of it.
import { z } from 'zod';
import { lineProblem, polygonProblem } from './geometry.ts';
import { name } from './text.ts';

export const ZONE_KINDS = ['polygon', 'line'] as const;
export type ZoneKind = (typeof ZONE_KINDS)[number];

export const MAX_ZONES_PER_STREAM = 32;

const fraction = z
	.number()
	.min(0, { error: 'lies outside the picture: 0 to 1' })
	.max(1, { error: 'lies outside the picture: 0 to 1' });
const points = z.array(z.tuple([fraction, fraction])).max(256, { error: 'at most 64 corners' });

const fields = {
	name: name(80, 'a zone needs a name'),
	kind: z.enum(ZONE_KINDS),
	points: points.describe(
		"[x, y] in 0..1 of the frame; crossing a line towards A→B's right-hand side is `in`"
	)
};

function shapeCheck(
	{ kind, points }: { kind: ZoneKind; points: [number, number][] },
	context: z.RefinementCtx
): void {
	const problem = kind === 'polygon' ? polygonProblem(points) : lineProblem(points);
	if (problem) context.addIssue({ code: 'custom', path: ['points'], message: problem });
}

export const zoneInput = z.strictObject(fields).superRefine(shapeCheck);
export type ZoneInput = z.infer<typeof zoneInput>;

/** A changed shape is checked as a whole: `points` and `kind` travel together. */
export const zonePatch = z
	.strictObject(fields)
	.partial()
	.superRefine((patch, context) => {
		if (patch.points === undefined && patch.kind === undefined) return;
		if (patch.points === undefined || patch.kind === undefined)
			return context.addIssue({
				code: 'custom',
				path: ['points'],
				message: 'send `kind` and `points` together'
			});
		shapeCheck({ kind: patch.kind, points: patch.points }, context);
	});
export type ZonePatch = z.infer<typeof zonePatch>;

export const zoneRecord = z.object({
	id: z.uuid(),
	stream_id: z.uuid(),
	...fields,
	created_at: z.iso.datetime(),
	updated_at: z.iso.datetime()
});
export type ZoneRecord = z.infer<typeof zoneRecord>;

/** What a worker needs of a zone. */
export type Zone = Pick<ZoneRecord, 'id' | 'name' | 'kind' | 'points'>;
