// Looking at a source before it is saved: the question and the answer.
import { z } from 'zod';
import type { SourceFailure } from './failure.ts';
import { labels } from './instance.ts';
import { RTSP_TRANSPORTS } from './run.ts';

export const probeInput = z.strictObject({
	url: z.string().trim().min(1).max(2048),
	rtsp_transport: z.enum(RTSP_TRANSPORTS).default('auto'),
	/** Probe a stored stream's address: lets a masked URL be tried with the password that is stored. */
	stream_id: z.uuid().optional(),
	placement: labels
		.optional()
		.describe("labels the instance that looks must bear; the stored stream's when `stream_id` is given")
});
export type ProbeInput = z.infer<typeof probeInput>;

export type ProbeResult =
	| {
			ok: true;
			codec: string;
			width: number;
			height: number;
			/** Nominal frames a second; null where the source does not say. */
			fps: number | null;
			/** The transport that worked, for RTSP. */
			transport: 'tcp' | 'udp' | null;
			/** base64 JPEG, at most 640 px wide. */
			thumbnail: string;
			elapsedMs: number;
	  }
	| { ok: false; failure: SourceFailure; elapsedMs: number };
