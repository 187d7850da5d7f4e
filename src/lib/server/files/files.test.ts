// Files of two instances with a disk each on a real NATS: what one writes the other reads, and what becomes of it when something is away.
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	utimesSync,
	writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryBus, questions } from '../bus/index.ts';
import {
	eventually,
	natsConfig,
	openInstance,
	quietLog,
	type TestInstance
} from '../bus/testing/carriers.ts';
import { startNats, type NatsServer } from '../bus/testing/nats-server.ts';
import { createFiles, type Files, type FilesDeps } from './index.ts';
import { PART_BYTES, readPart } from './offer.ts';
import { save } from './save.ts';

let nats: NatsServer;
let folder: string;
let carriers: { one: TestInstance; two: TestInstance };
let one: Disk;
let two: Disk;
const opened: Files[] = [];

interface Disk {
	files: Files;
	dir: string;
	carrier: TestInstance;
}

beforeAll(async () => {
	nats = await startNats();
	carriers = {
		one: await openInstance(natsConfig(nats.url, 'one')),
		two: await openInstance(natsConfig(nats.url, 'two'))
	};
});
afterAll(async () => {
	await carriers.one.bus.close();
	await carriers.two.bus.close();
	await nats.stop();
});
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'vf-files-'));
	one = disk('one');
	two = disk('two');
});
afterEach(async () => {
	await Promise.all(opened.splice(0).map((files) => files.stop()));
	rmSync(folder, { recursive: true, force: true });
});

function disk(name: 'one' | 'two', over: Partial<FilesDeps> = {}): Disk {
	const dir = join(folder, name);
	mkdirSync(dir, { recursive: true });
	const carrier = carriers[name];
	const { bus, objects, log } = carrier;
	const backoff = { baseMs: 20, capMs: 100 };
	const files = createFiles({ dataDir: dir, instance: name, objects, bus, log, backoff, ...over });
	files.start();
	opened.push(files);
	return { files, dir, carrier };
}

const picture = () => `alerts/2026-11/${randomUUID()}.jpg`;

function put({ dir }: Disk, path: string, bytes: Buffer = randomBytes(1000)): Buffer {
	mkdirSync(dirname(join(dir, path)), { recursive: true });
	writeFileSync(join(dir, path), bytes);
	return bytes;
}

/** False while the store is away. */
const stored = (path: string) =>
	carriers.one.objects.list(path).then(
		(found) => found.length > 0,
		() => false
	);
/** Every file on the disk, the half written too. */
const filesOn = ({ dir }: Disk) =>
	readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

async function published(path: string): Promise<void> {
	one.files.publish(path);
	await eventually(() => stored(path));
}

describe('a file that was published', () => {
	it('is read by another instance, from its own disk the second time, and when the writer is gone', async () => {
		const path = picture();
		const bytes = put(one, path, randomBytes(700_000));
		await published(path);
		await one.files.stop();
		rmSync(one.dir, { recursive: true });
		const found = await two.files.ensure(path);
		expect(readFileSync(found)).toEqual(bytes);
		expect(found.startsWith(join(two.dir, 'cache'))).toBe(true);
		await carriers.two.objects.remove(path);
		expect(await two.files.ensure(path)).toBe(found);
	});

	it('is fetched once, however many ask for it at the same moment', async () => {
		const path = picture();
		put(one, path, randomBytes(300_000));
		await published(path);
		const paths = await Promise.all([...Array(20)].map(() => two.files.ensure(path)));
		expect(new Set(paths).size).toBe(1);
		expect(filesOn(two)).toHaveLength(1);
	});

	it('is gone everywhere but in caches once it is removed', async () => {
		const path = picture();
		put(one, path);
		await published(path);
		await two.files.remove(path);
		expect(await stored(path)).toBe(false);
		await one.files.remove(path);
		await expect(one.files.ensure(path)).rejects.toMatchObject({ code: 'not_found' });
	});

	it('waits while NATS is away, and arrives once it is back', async () => {
		const path = picture();
		const bytes = put(one, path);
		await nats.kill();
		one.files.publish(path);
		one.files.publish(path);
		await eventually(() => one.carrier.log.warn.mock.calls.length > 0);
		expect(readFileSync(await one.files.ensure(path))).toEqual(bytes);
		await nats.restart();
		await eventually(() => stored(path), 20_000);
		await eventually(
			() =>
				two.files.ensure(path).then(
					(found) => readFileSync(found).equals(bytes),
					() => false
				),
			10_000
		);
	}, 40_000);

	it('and removed before it could be sent does not come back', async () => {
		const [path, other] = [picture(), picture()];
		put(one, other);
		one.files.publish(path); // never written, or removed by now
		await published(other);
		expect(await stored(path)).toBe(false);
	});

	it('is offered again after a restart, when the database names it and the store has it not', async () => {
		const [named, stranger, young] = [picture(), picture(), picture()];
		for (const path of [named, stranger, young]) put(one, path);
		const old = new Date(Date.now() - 2 * 3600_000);
		utimesSync(join(one.dir, stranger), old, old);
		await one.files.sweep('alerts', async (paths) => new Set(paths.filter((path) => path === named)));
		await eventually(() => stored(named));
		expect(existsSync(join(one.dir, stranger))).toBe(false);
		expect(existsSync(join(one.dir, young))).toBe(true);
		expect(await stored(young)).toBe(false);
	});

	it('stays where the database names none at all: it may be the wrong one', async () => {
		const path = picture();
		put(one, path);
		const old = new Date(Date.now() - 2 * 3600_000);
		utimesSync(join(one.dir, path), old, old);
		await one.files.sweep('alerts', async () => new Set());
		expect(existsSync(join(one.dir, path))).toBe(true);
	});
});

describe('a file that its writer keeps', () => {
	const path = `detections/${randomUUID()}/2026-11-20T10-00-00-123Z.jpg`;
	const keptBy = async () => 'one';

	it.each([0, 1, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES + 17])(
		'of %d bytes is asked for part by part',
		async (size) => {
			const bytes = put(one, path, randomBytes(size));
			expect(readFileSync(await two.files.ensure(path, { keptBy }))).toEqual(bytes);
		}
	);

	it('is found without knowing who keeps it', async () => {
		const bytes = put(one, path);
		expect(readFileSync(await two.files.ensure(path))).toEqual(bytes);
	});

	it('names its keeper where that is away', async () => {
		const refused = two.files.ensure(path, { keptBy: async () => 'three' });
		await expect(refused).rejects.toMatchObject({
			code: 'not_found',
			message: expect.stringContaining('kept on the instance three, which is away') as string
		});
		await expect(one.files.ensure(path, { keptBy })).rejects.toThrow('removed from the disk');
	}, 15_000);

	it('that vanishes half way is not kept by half', async () => {
		put(one, path, randomBytes(4 * PART_BYTES));
		const { bus } = two.carrier;
		let parts = 0;
		const ask: typeof bus.ask = async (...asked) => {
			if (++parts === 3) rmSync(join(one.dir, path));
			return bus.ask(...asked);
		};
		const three = disk('two', { dataDir: join(folder, 'three'), bus: { ...bus, ask } });
		await expect(three.files.ensure(path, { keptBy })).rejects.toMatchObject({ code: 'not_found' });
		expect(parts).toBeGreaterThanOrEqual(3);
		expect(
			existsSync(join(folder, 'three')) ? filesOn({ ...three, dir: join(folder, 'three') }) : []
		).toEqual([]);
	}, 15_000);

	it('that grows meanwhile is not taken for whole', async () => {
		put(one, path, randomBytes(2 * PART_BYTES));
		const { bus } = two.carrier;
		let parts = 0;
		const ask: typeof bus.ask = async (...asked) => {
			if (++parts === 2) truncateSync(join(one.dir, path), 3 * PART_BYTES);
			return bus.ask(...asked);
		};
		const three = disk('two', { dataDir: join(folder, 'three'), bus: { ...bus, ask } });
		const found = await three.files.ensure(path, { keptBy });
		// The second try, of whoever has it, found it at rest.
		expect(statSync(found).size).toBe(3 * PART_BYTES);
	});
});

describe('what is asked for over the bus', () => {
	const ask = (path: unknown, offset: unknown = 0) => readPart([one.dir], { path, offset });
	const ID = randomUUID();

	it.each([
		'secret.key',
		'../one/secret.key',
		'alerts/../secret.key',
		'alerts/2026-11/../../secret.key',
		`alerts/2026-11/${ID}.jpg/../../../secret.key`,
		'/etc/passwd',
		'postgres/PG_VERSION',
		'models/secret.key',
		'',
		7,
		null,
		{ path: 'x' }
	])('%j is answered with silence', async (path) => {
		for (const place of ['secret.key', 'models/secret.key', 'postgres/PG_VERSION']) put(one, place);
		expect(await ask(path)).toBeUndefined();
	});

	it('and is none of its files is answered with silence over the bus too', async () => {
		put(one, 'secret.key');
		const asked = carriers.two.bus.ask(questions.file, 'one', { path: '../one/secret.key', offset: 0 }, 300);
		await expect(asked).rejects.toMatchObject({ code: 'unavailable' });
	});

	it('is no folder, no link out of the folder, and nothing behind the end', async () => {
		const [link, dir, file] = [picture(), picture(), picture()];
		put(one, 'secret.key');
		put(one, file);
		symlinkSync(join(one.dir, 'secret.key'), join(one.dir, link));
		mkdirSync(join(one.dir, dir));
		expect(await ask(link)).toBeUndefined();
		expect(await ask(dir)).toBeUndefined();
		for (const offset of [-1, 0.5, 1001, 2 ** 60, '0', null]) expect(await ask(file, offset)).toBeUndefined();
		expect(await ask(file, 1000)).toEqual({ part: '', size: 1000 });
	});
});

describe('a model', () => {
	const path = `models/${randomUUID()}.onnx`;
	const expectedOf = (bytes: Buffer) => ({
		sizeBytes: bytes.length,
		sha256: createHash('sha256').update(bytes).digest('hex')
	});

	it('that is damaged here is fetched anew from where it is whole', async () => {
		const bytes = put(one, path, randomBytes(50_000));
		await published(path);
		put(two, path, bytes.subarray(0, 49_999));
		const found = await two.files.ensure(path, { expected: expectedOf(bytes) });
		expect(readFileSync(found)).toEqual(bytes);
	});

	it('that is another everywhere is refused', async () => {
		put(one, path, randomBytes(50_000));
		await published(path);
		const expected = expectedOf(randomBytes(50_000));
		await expect(two.files.ensure(path, { expected })).rejects.toThrow('came damaged');
		expect(filesOn(two)).toEqual([]);
	});
});

describe('a disk', () => {
	const isRoot = process.getuid?.() === 0;

	it.runIf(isRoot)(
		'that is full says so, and keeps nothing half (needs root, for a small disk)',
		async ({ skip }) => {
			const path = picture();
			put(one, path, randomBytes(600_000));
			const small = join(two.dir, 'cache');
			mkdirSync(small);
			try {
				execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', small], { stdio: 'ignore' });
			} catch {
				skip('this container may not mount a small disk');
			}
			try {
				await expect(two.files.ensure(path)).rejects.toMatchObject({
					code: 'storage_full',
					message: expect.stringContaining('Free space under DATA_DIR') as string
				});
				expect(filesOn({ ...two, dir: small })).toEqual([]);
			} finally {
				execFileSync('umount', ['-l', small]);
			}
		}
	);

	it('that cannot be written says so', async () => {
		const path = picture();
		put(one, path);
		writeFileSync(join(two.dir, 'cache'), 'a file in the way');
		await expect(two.files.ensure(path)).rejects.toThrow('could not be stored under');
	});

	it('takes no file larger than such a file may be', async () => {
		const parts = async function* () {
			for (;;) yield randomBytes(1000);
		};
		await expect(save(parts(), join(folder, 'x'), 10_000, null)).rejects.toMatchObject({
			code: 'payload_too_large'
		});
		expect(readdirSync(folder)).toEqual(expect.not.arrayContaining(['x']));
	});

	it('keeps fetched files within their room', async () => {
		const small = disk('two', { cache: { bytes: 2500, inUseMs: 0 } });
		for (let i = 0; i < 5; i++) {
			const path = picture();
			put(one, path);
			const found = await small.files.ensure(path);
			const at = new Date(Date.now() - (60 - i) * 1000);
			utimesSync(found, at, at);
		}
		await small.files.sweep('models', async () => new Set());
		expect(filesOn(two)).toHaveLength(2);
	});
});

it('a single instance finds what is on its disk, and says what is not', async () => {
	const log = quietLog();
	const alone = createFiles({
		dataDir: one.dir,
		instance: 'one',
		objects: null,
		bus: createMemoryBus(log),
		log
	});
	const path = picture();
	const bytes = put(one, path);
	alone.publish(path);
	expect(readFileSync(await alone.ensure(path))).toEqual(bytes);
	await alone.remove(path);
	await expect(alone.ensure(path)).rejects.toMatchObject({
		code: 'not_found',
		message: 'The file is not there any more: it was removed from the disk.'
	});
	await expect(alone.ensure('../etc/passwd')).rejects.toMatchObject({ code: 'not_found' });
	await alone.stop();
});
