// The demo cameras: three films of our own with what they are watched for, and the files named with --video, added once.
import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { ruleInput } from '#lib/contracts/rule.ts';
import { streamInput } from '#lib/contracts/stream.ts';
import { zoneInput } from '#lib/contracts/zone.ts';
import type { Logger } from '../base/log.ts';
import type { Config } from '../config/index.ts';
import type { Rules } from '../rules/index.ts';
import type { Streams } from '../streams/index.ts';

const BY = 'demo';

export interface DemoDeps {
	streams: Pick<Streams, 'list' | 'create'>;
	rules: Pick<Rules, 'create'> & { zones: Pick<Rules['zones'], 'create'> };
	config: Config;
	log: Logger;
}

const demoCamera = z.object({
	camera: streamInput,
	watch: z
		.object({
			zones: z.array(zoneInput),
			/** Where a rule looks is told by its zone's name. */
			rules: z.array(
				ruleInput.omit({ stream_id: true, zone_id: true }).extend({ zone: z.string().nullable() })
			)
		})
		.default({ zones: [], rules: [] })
});
type DemoCamera = z.infer<typeof demoCamera>;

export async function addDemoCameras({ streams, rules, config, log }: DemoDeps): Promise<void> {
	const known = new Set((await streams.list()).map(({ rtsp_url }) => rtsp_url));
	for (const demo of [...(await demoCameras(config)), ...config.demo.videos.map(ownVideo)]) {
		if (known.has(demo.camera.rtsp_url)) continue;
		const { id, name } = await streams.create(demo.camera, BY);
		await watchFor(id, demo.watch, rules);
		log.info({ name }, 'demo camera added');
	}
}

async function watchFor(
	streamId: string,
	watch: DemoCamera['watch'],
	rules: DemoDeps['rules']
): Promise<void> {
	const zones = new Map<string, string>();
	for (const zone of watch.zones) zones.set(zone.name, (await rules.zones.create(streamId, zone)).id);
	for (const { zone, ...rule } of watch.rules)
		await rules.create({ ...rule, stream_id: streamId, zone_id: (zone && zones.get(zone)) ?? null });
}

/** The list lives with the films, as plain data: scenes/cameras.ts. */
async function demoCameras(config: Config): Promise<DemoCamera[]> {
	const list = `${config.rootDir}/scenes/cameras.ts`;
	if (!existsSync(list)) return [];
	const { demoCameras: cameras } = (await import(/* @vite-ignore */ pathToFileURL(list).href)) as {
		demoCameras: unknown[];
	};
	return cameras.map((camera) => demoCamera.parse(camera));
}

function ownVideo(file: string): DemoCamera {
	const name = basename(file, extname(file)).replaceAll(/[-_]+/g, ' ').slice(0, 120) || 'Video';
	return demoCamera.parse({ camera: { name, rtsp_url: pathToFileURL(file).href } });
}
