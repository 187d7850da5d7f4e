// Forgetting alerts: the old ones with their files, and clips before the alerts they belong to.
import { deleteAlerts, forgetClips, listExpired, listExpiredClips, type AlertsDatabase } from './store.ts';

export interface AlertsPruning {
	/** Removes some ended alerts from before that time, with their files; answers how many, 0 when none are left. */
	prune(before: Date): Promise<number>;
	/** Removes some clips of alerts from before that time; the alerts stay. */
	pruneClips(before: Date): Promise<number>;
}

const BATCH = 200;
const EXPIRED = 'It was kept as long as Settings say, and then removed.';

/** `remove` takes a file's path relative to the folder of alerts. */
export function createPruning(db: AlertsDatabase, remove: (file: string) => Promise<void>): AlertsPruning {
	return {
		// Files first: what fails half way is found again, as its row still names it.
		async prune(before) {
			const expired = await listExpired(db, before, BATCH);
			for (const { files } of expired) for (const file of files) await remove(file);
			await deleteAlerts(
				db,
				expired.map(({ id }) => id)
			);
			return expired.length;
		},
		async pruneClips(before) {
			const expired = await listExpiredClips(db, before, BATCH);
			for (const { file } of expired) await remove(file);
			await forgetClips(
				db,
				expired.map(({ id }) => id),
				EXPIRED
			);
			return expired.length;
		}
	};
}
