// The picture of an alert: the moment's frame with what was seen and the zone marked on it, stored after the alert is.
import { join } from 'node:path';
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { Zone } from '#lib/contracts/zone.ts';
import { mediaPath, storageProblem, writeBytes } from './media.ts';
import type { Media } from './store.ts';

/** A frame of the moment, and how to draw on it. */
export interface Still {
	drawn(evidence: {
		arrows: boolean;
		zone: Pick<Zone, 'name' | 'kind' | 'points'> | null;
	}): Promise<Uint8Array>;
}

/** A camera that is lost has none: no fault of the server's. */
export const NO_PICTURE = 'No current picture of the camera was there when it fired.';

/** The alert is committed before its picture is drawn: a server may end in between. */
export const LOST_PICTURE = 'The server ended before its picture was stored.';

/** Never rejects: without a picture an alert says why. */
export async function keepSnapshot(
	folder: string,
	alert: Pick<AlertRecord, 'id' | 'starts_at'>,
	still: Still | null,
	zone: Zone | null
): Promise<Media> {
	if (!still) return { snapshot_problem: NO_PICTURE };
	const path = mediaPath(alert.starts_at, alert.id, 'jpg');
	let jpeg: Uint8Array;
	try {
		jpeg = await still.drawn({ arrows: true, zone });
	} catch {
		return { snapshot_problem: 'The picture could not be drawn.' };
	}
	try {
		await writeBytes(join(folder, path), jpeg);
		return { snapshot_path: path, snapshot_problem: null };
	} catch (error) {
		return { snapshot_problem: storageProblem(error) };
	}
}
