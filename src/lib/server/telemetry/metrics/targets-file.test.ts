// The file that Prometheus reads its targets from: whole at every moment, true within seconds, and no silent failure.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTargetsFile, refuseBadTargetsPath, type TargetsFile } from './targets-file.ts';
import { targetGroups, type ListedInstance } from './targets.ts';

const SELF = { address: '10.0.0.1:3000', scheme: 'http', id: 'here', roles: ['web', 'worker'] } as const;
const log = pino({ level: 'silent' });
let folder: string;
let file: TargetsFile | null;
let instances: ListedInstance[];

function fileAt(
	path: string | null,
	times: { lookEveryMs?: number; writeEveryMs?: number } = {}
): TargetsFile {
	return (file = createTargetsFile({
		path,
		targets: () => targetGroups(instances, SELF),
		log,
		lookEveryMs: 10,
		...times
	}));
}

const read = (path: string) =>
	JSON.parse(readFileSync(path, 'utf8')) as { targets: string[]; labels: Record<string, string> }[];

async function until(done: () => boolean): Promise<void> {
	const deadline = performance.now() + 5000;
	while (!done()) {
		if (performance.now() > deadline) throw new Error('it does not come to pass');
		await sleep(5);
	}
}

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'vf-targets-'));
	instances = [];
	file = null;
});
afterEach(async () => {
	await file?.stop();
	rmSync(folder, { recursive: true, force: true });
});

describe('the file', () => {
	test('is there from the start, for any user, and names the instance that is alone', async () => {
		const path = join(folder, 'vector-flow.json');
		await fileAt(path).start();
		expect(read(path)).toEqual([
			{
				targets: ['10.0.0.1:3000'],
				labels: {
					__scheme__: 'http',
					__metrics_path__: '/metrics',
					vf_instance: 'here',
					vf_roles: 'web,worker'
				}
			}
		]);
		expect(statSync(path).mode & 0o444).toBe(0o444);
		expect(readdirSync(folder)).toEqual(['vector-flow.json']);
	});

	test('follows who comes and goes, and is never half written', async () => {
		const path = join(folder, 'vector-flow.json');
		await fileAt(path).start();
		const up = (id: string): ListedInstance => ({
			id,
			state: 'up',
			roles: ['worker'],
			address: `${id}.example.org:3000`
		});
		instances = [up('there'), up('here'), { ...up('lost'), state: 'away' }];
		const names = () => read(path).map(({ labels }) => labels['vf_instance']);
		await until(() => names().length === 2);
		expect(names()).toEqual(['here', 'there']);
		instances = [up('there')];
		// Not heard of itself, an instance still knows of the others.
		await until(() => names().join() === 'there');
	});

	test('is written again now and then, so that its age tells whether the server lives', async () => {
		const path = join(folder, 'vector-flow.json');
		await fileAt(path, { writeEveryMs: 50 }).start();
		utimesSync(path, 1, 1);
		await until(() => statSync(path).mtimeMs > 1000);
	});

	test('that somebody deletes is written again', async () => {
		const path = join(folder, 'vector-flow.json');
		await fileAt(path).start();
		rmSync(path);
		await until(() => readdirSync(folder).includes('vector-flow.json'));
	});

	test('stays when the server stops', async () => {
		const path = join(folder, 'vector-flow.json');
		await fileAt(path).start();
		await file?.stop();
		expect(read(path)).toHaveLength(1);
	});

	test('that is not wanted is not written', async () => {
		await fileAt(null).start();
		expect(file?.check()).toEqual({ state: 'ok' });
		expect(readdirSync(folder)).toEqual([]);
	});
});

describe('a path that cannot be', () => {
	test('stops the start, and says what to do', async () => {
		const nowhere = join(folder, 'no-such-folder', 'vector-flow.json');
		const taken = join(folder, 'a-folder.json');
		mkdirSync(taken);
		for (const begin of [refuseBadTargetsPath, (path: string) => fileAt(path).start()]) {
			await expect(begin(nowhere)).rejects.toMatchObject({
				name: 'StartupError',
				message: expect.stringMatching(
					/^VF_TARGETS_FILE: .*vector-flow\.json .*ENOENT.*Make its folder/
				) as string
			});
			await expect(begin(taken)).rejects.toMatchObject({
				name: 'StartupError',
				message: expect.stringContaining('It is a folder') as string
			});
		}
		expect(readdirSync(folder)).toEqual(['a-folder.json']);
	});

	test('is told from one that can, before anything is begun and without a trace', async () => {
		await refuseBadTargetsPath(join(folder, 'vector-flow.json'));
		await refuseBadTargetsPath(null);
		expect(readdirSync(folder)).toEqual([]);
	});

	test('later on shows in health, without the path, and is well again by itself', async () => {
		const place = join(folder, 'place');
		mkdirSync(place);
		const path = join(place, 'vector-flow.json');
		await fileAt(path, { writeEveryMs: 10 }).start();
		expect(file?.check()).toEqual({ state: 'ok' });
		rmSync(place, { recursive: true });
		await until(() => file?.check().state === 'degraded');
		expect(file?.check()).toMatchObject({ reason: expect.stringContaining('(ENOENT)') as string });
		expect(JSON.stringify(file?.check())).not.toContain(folder);
		mkdirSync(place);
		await until(() => file?.check().state === 'ok');
		expect(read(path)).toHaveLength(1);
	});
});
