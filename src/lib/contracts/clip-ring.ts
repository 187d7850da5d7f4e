// The files of a clip ring: short pieces of a stream's packets, named by the second they begin in (UTC).

/** What ffmpeg makes the name of, as strftime reads it. */
export const RING_NAME = '%Y%m%dT%H%M%S';
/** What a piece holds its packets in. */
export const RING_FORMATS = { mpegts: 'ts', matroska: 'mkv' } as const;
export type RingFormat = keyof typeof RING_FORMATS;

/** When a piece begins, ms since the epoch, to the second; null for what is no piece of a ring. */
export function ringFileTime(name: string): number | null {
	const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)\.(ts|mkv)$/.exec(name);
	if (!parts) return null;
	const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
		number,
		number,
		number,
		number,
		number,
		number
	];
	return Date.UTC(year, month - 1, day, hour, minute, second);
}

export interface RingFile {
	name: string;
	/** ms since the epoch. */
	from: number;
}

/** The pieces among these names, oldest first. */
export function ringFiles(names: readonly string[]): RingFile[] {
	return names
		.flatMap((name) => {
			const from = ringFileTime(name);
			return from === null ? [] : [{ name, from }];
		})
		.sort((a, b) => a.from - b.from || a.name.localeCompare(b.name));
}

/** Those that hold something of from…to: a piece reaches to where the next begins, the last to the end of time. */
export function ringWindow(files: readonly RingFile[], from: number, to: number): RingFile[] {
	return files.filter((file, i) => file.from <= to && (files[i + 1]?.from ?? Infinity) > from);
}
