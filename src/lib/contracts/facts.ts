// What a zone shows at one moment: the facts that rules judge, per frame while a stream runs and per second once stored.
import { z } from 'zod';
import type { FlowSample } from './flow.ts';

/** Directions are told in bins of ten degrees; bin 0 is centred on up. */
export const DIRECTION_BINS = 36;

/** The motion inside a zone. Magnitudes are px of the analysis frame per analysed frame. */
export interface ZoneFlow extends FlowSample {
	/** Vectors above the threshold by direction; 36 counts. */
	bins: number[];
	/** Sum of their magnitudes by direction. */
	magnitudes: number[];
}

/** Objects of one class inside a zone. */
export interface ZoneObjects {
	count: number;
	/** Of the one the detector is surest of. */
	maxConfidence: number;
	/** Seconds that the one which stays longest has been inside. */
	longestS: number;
}

/** Objects of one class that crossed a line. */
export interface Crossings {
	/** Towards A→B's right-hand side. */
	in: number;
	out: number;
}

/** `null` stands for the whole picture in `zoneId`. Lines have crossings and no objects or flow; areas the reverse. */
export interface ZoneFacts {
	zoneId: string | null;
	flow: ZoneFlow | null;
	objects: Record<string, ZoneObjects>;
	crossings: Record<string, Crossings>;
}

/** The facts of all zones of a stream, and of the whole picture, at one moment. */
export interface StreamFacts {
	streamId: string;
	/** ms since the epoch. */
	at: number;
	zones: ZoneFacts[];
}

/** A stretch of motion, as GET /streams/{id}/flow answers it. */
export const flowPoint = z.object({
	at: z.iso.datetime(),
	zone_id: z.uuid().nullable().describe('null is the whole picture'),
	avg: z.number(),
	max: z.number(),
	count: z.number(),
	direction: z.number().nullable(),
	coherence: z.number(),
	objects: z.record(z.string(), z.number()).describe('objects by class, the most at once')
});
export type FlowPoint = z.infer<typeof flowPoint>;

/** How far back the charts look, in seconds. */
export const FLOW_RANGES = {
	'5m': 300,
	'15m': 900,
	'30m': 1800,
	'1h': 3600,
	'3h': 10_800,
	'6h': 21_600,
	'12h': 43_200,
	'24h': 86_400,
	'7d': 604_800
} as const;
export type FlowRange = keyof typeof FLOW_RANGES;
