// Everything the blows fall on: a real PostgreSQL, nats-server and RTSP camera, a web instance with a viewer, three workers, streams.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from 'postgres';
import { startNats } from '#lib/server/bus/testing/nats-server.ts';
import { startRtspCamera } from '../../tests/cameras/camera.ts';
import { clip } from '../../tests/cameras/clips.ts';
import { freePort, setUp } from '../../tests/support/server.ts';
import { startPostgres } from '../postgres.ts';
import { installAudit, type Audit } from './audit.ts';
import { instanceOf, type Instance } from './instances.ts';
import { layNetwork } from './network.ts';
import { startWatcher, type Watcher } from './watcher.ts';

export interface Scene {
	sql: Sql;
	audit: Audit;
	watcher: Watcher;
	workers: Instance[];
	streams: string[];
	/** Why the network cannot be cut; null where it can. */
	uncuttable: string | null;
	close(): Promise<void>;
}

const WORKERS = ['worker-a', 'worker-b', 'worker-c'];
const CLIP = { size: '640x360', fps: 25, seconds: 8 };

/** What was opened until something failed is closed again. */
export async function openScene(streamCount: number, say: (text: string) => void): Promise<Scene> {
	const opened: (() => unknown)[] = [];
	const close = async () => {
		for (const end of opened.splice(0).reverse()) await end();
	};
	try {
		return await build(streamCount, say, opened, close);
	} catch (error) {
		await close();
		throw error;
	}
}

async function build(
	streamCount: number,
	say: (text: string) => void,
	opened: (() => unknown)[],
	close: () => Promise<void>
): Promise<Scene> {
	const network = layNetwork(WORKERS.length);
	opened.push(network.remove);
	const folder = mkdtempSync(join(tmpdir(), 'vf-failover-'));
	opened.push(() => rmSync(folder, { recursive: true, force: true }));
	const postgres = await startPostgres({ maxConnections: 100 });
	opened.push(postgres.stop);
	const nats = await startNats({ host: '0.0.0.0' });
	opened.push(nats.stop);
	const camera = await startRtspCamera({ file: await clip(folder, CLIP), host: '0.0.0.0' });
	opened.push(camera.stop);

	const shared = {
		NATS_URL: `nats://${network.hub}:${nats.port}`,
		VF_SECRET_KEY: 'a secret of the bench and of nobody else',
		VF_INFERENCE_THREADS: '1',
		LOG_LEVEL: 'warn'
	};
	const web = instanceOf('web', await freePort(), null, {
		...shared,
		DATABASE_URL: postgres.url(),
		VF_ROLES: 'web,relay'
	});
	opened.push(web.remove);
	await web.start();
	say('the web instance is up');
	const { sql, close: closeSql } = postgres.open();
	opened.push(() => closeSql(1));
	const audit = await installAudit(sql, WORKERS);
	const workers = await Promise.all(
		WORKERS.map(async (id, index) =>
			instanceOf(id, await freePort(), network.sites[index] ?? null, {
				...shared,
				DATABASE_URL: postgres.url(id, network.hub),
				VF_ROLES: 'worker',
				VF_MAX_STREAMS: String(streamCount)
			})
		)
	);
	opened.push(() => Promise.all(workers.map((worker) => worker.remove())));
	await Promise.all(workers.map((worker) => worker.start()));
	say('the workers are up');
	const admin = await setUp(web);
	const streams: string[] = [];
	for (let index = 0; index < streamCount; index++) {
		const { status, body } = await admin.json('POST', '/api/v1/streams', {
			name: `camera ${index}`,
			rtsp_url: `rtsp://${network.hub}:${camera.port}/live`,
			rtsp_transport: 'tcp',
			analysis_width: 320,
			fps: 5,
			detection_fps: 1,
			is_active: true
		});
		if (status !== 201) throw new Error(`a stream was refused: ${status} ${JSON.stringify(body)}`);
		streams.push((body as { id: string }).id);
	}
	const watcher = startWatcher(admin);
	opened.push(watcher.stop);
	return { sql, audit, watcher, workers, streams, uncuttable: network.refusal, close };
}

/** Waits until every worker lives and every stream is seen again; throws saying what is missing after `withinMs`. */
export async function calm({ sql, watcher, workers, streams }: Scene, withinMs = 90_000): Promise<void> {
	const deadline = Date.now() + withinMs;
	for (;;) {
		const alive = await sql<{ id: string }[]>`
			select id from instances where heartbeat_at > now() - interval '3 seconds'`;
		const away = workers.filter(({ id }) => !alive.some((row) => row.id === id)).map(({ id }) => id);
		const unseen = streams.filter((id) => watcher.ageOf(id) > 1500);
		if (away.length + unseen.length === 0) return;
		if (Date.now() > deadline)
			throw new Error(`no calm: workers away ${away.join()}; streams unseen ${unseen.join()}`);
		await sleep(200);
	}
}

/** Who holds which stream now. */
export async function holders({ sql }: Scene): Promise<Map<string, string>> {
	const rows = await sql<{ stream_id: string; instance: string }[]>`
		select stream_id, instance from leases where expires_at > now()`;
	return new Map(rows.map(({ stream_id, instance }) => [stream_id, instance]));
}
