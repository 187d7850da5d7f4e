// Which files instances have in common, and which of the fetched ones are kept: pure.
import { MAX_MODEL_BYTES } from '#lib/contracts/model.ts';

const MIB = 2 ** 20;

/** The folders under DATA_DIR whose files others may ask for, and how large one of them may be. */
const MAX_BYTES = { alerts: 512 * MIB, detections: 16 * MIB, models: MAX_MODEL_BYTES };
export type SharedFolder = keyof typeof MAX_BYTES;

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** As the rooms name what they write. What else lies there is not ours to give away or to remove; nor is there a way out. */
const PATH = new RegExp(
	String.raw`^(?:(alerts)/\d{4}-\d\d/${UUID}\.(?:jpg|mp4)|(detections)/${UUID}/[\dTZ-]{20,40}\.jpg|(models)/${UUID}\.onnx)$`
);

/** The most bytes a file at this path, relative to DATA_DIR, may have; null for what is no file of ours. */
export function mostBytes(path: string): number | null {
	const [, ...folders] = PATH.exec(path) ?? [];
	const folder = folders.find((one) => one !== undefined);
	return folder === undefined ? null : MAX_BYTES[folder as SharedFolder];
}

export interface CachedFile {
	path: string;
	bytes: number;
	/** When it was last asked for, ms since the epoch. */
	usedAt: number;
}

export interface CacheLimits {
	bytes: number;
	ageMs: number;
	/** What was asked for this recently is being read. */
	inUseMs: number;
}

/** Those that have not been asked for in a long time, and, beyond the room there is, those asked for longest ago. */
export function toEvict(files: readonly CachedFile[], limits: CacheLimits, now: number): string[] {
	let room = limits.bytes;
	return [...files]
		.sort((a, b) => b.usedAt - a.usedAt)
		.filter(({ bytes, usedAt }) => {
			room -= bytes;
			if (now - usedAt < limits.inUseMs) return false;
			return room < 0 || now - usedAt > limits.ageMs;
		})
		.map(({ path }) => path);
}
