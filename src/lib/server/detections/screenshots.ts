// The annotated frames of detections: DATA_DIR/detections/<streamId>/2026-11-21T03-38-37-123Z.jpg.
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const NAME = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z\.jpg$/;
const STREAM = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Files removed between two looks at whether there is something better to do. */
const BATCH = 500;

export interface Screenshots {
	/** Writes a picture, whole or not at all. */
	write(streamId: string, name: string, jpeg: Uint8Array): Promise<void>;
	/** Its path under DATA_DIR; null for what can be no picture of ours. */
	pathOf(streamId: string, name: string): string | null;
	/** Removes some pictures from before that time; answers how many. */
	prune(before: Date): Promise<number>;
}

/** The moment as a file's name; sorts as time does. */
export function screenshotName(at: number): string {
	return `${new Date(at).toISOString().replaceAll(/[:.]/g, '-')}.jpg`;
}

export function createScreenshots(folder: string): Screenshots {
	return {
		async write(streamId, name, jpeg) {
			const own = join(folder, streamId);
			await mkdir(own, { recursive: true, mode: 0o700 });
			const temporary = join(own, `.${randomUUID()}.part`);
			try {
				await writeFile(temporary, jpeg, { mode: 0o600 });
				await rename(temporary, join(own, name));
			} catch (error) {
				await rm(temporary, { force: true }).catch(() => {});
				throw error;
			}
		},
		pathOf: (streamId, name) =>
			STREAM.test(streamId) && NAME.test(name) ? `detections/${streamId.toLowerCase()}/${name}` : null,
		async prune(before) {
			const oldest = screenshotName(before.getTime());
			for (const streamId of await list(folder)) {
				if (!STREAM.test(streamId)) continue;
				const old = (await list(join(folder, streamId))).filter((name) => NAME.test(name) && name < oldest);
				for (const name of old.slice(0, BATCH)) await rm(join(folder, streamId, name), { force: true });
				if (old.length > 0) return Math.min(old.length, BATCH);
			}
			return 0;
		}
	};
}

async function list(folder: string): Promise<string[]> {
	return readdir(folder).catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return [];
		throw error;
	});
}
