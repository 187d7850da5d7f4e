// The demo cameras: three films of our own, and the files named with --video, added once.
import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { streamInput, type StreamInput } from '#lib/contracts/stream.ts';
import type { Logger } from '../base/log.ts';
import type { Config } from '../config/index.ts';
import type { Streams } from '../streams/index.ts';

const BY = 'demo';

export async function addDemoCameras(streams: Streams, config: Config, log: Logger): Promise<void> {
	const known = new Set((await streams.list()).map(({ rtsp_url }) => rtsp_url));
	for (const camera of [...(await demoCameras(config)), ...config.demo.videos.map(ownVideo)]) {
		if (known.has(camera.rtsp_url)) continue;
		await streams.create(camera, BY);
		log.info({ name: camera.name }, 'demo camera added');
	}
}

/** The list lives with the films, as plain data: scenes/cameras.ts. */
async function demoCameras(config: Config): Promise<StreamInput[]> {
	const list = `${config.rootDir}/scenes/cameras.ts`;
	if (!existsSync(list)) return [];
	const { demoCameras: cameras } = (await import(/* @vite-ignore */ pathToFileURL(list).href)) as {
		demoCameras: unknown[];
	};
	return cameras.map((camera) => streamInput.parse(camera));
}

function ownVideo(file: string): StreamInput {
	const name = basename(file, extname(file)).replaceAll(/[-_]+/g, ' ').slice(0, 120) || 'Video';
	return streamInput.parse({ name, rtsp_url: pathToFileURL(file).href });
}
