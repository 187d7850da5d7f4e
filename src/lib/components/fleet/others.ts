// The other cameras that have a place, for the map of one.
import type { StreamRecord } from '#lib/contracts/stream.ts';
import type { OtherCamera } from '../map/layers.ts';

/** `offset` is the system's heading offset, degrees. */
export function otherCameras(
	records: readonly StreamRecord[],
	self: string | null,
	offset: number
): OtherCamera[] {
	return records.flatMap((record): OtherCamera[] => {
		const { latitude, longitude, orientation_deg, view_angle_deg, view_distance_m } = record;
		if (record.id === self || latitude === null || longitude === null) return [];
		const sees = orientation_deg !== null && view_angle_deg !== null && view_distance_m !== null;
		return [
			{
				name: record.name,
				latitude,
				longitude,
				view: sees
					? {
							latitude,
							longitude,
							heading: orientation_deg + offset,
							angle: view_angle_deg,
							distance: view_distance_m
						}
					: null
			}
		];
	});
}
