// What a viewer is told of streams: by the engine here, by other instances, and where nobody speaks; with clocks that differ.
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { StreamStatus, StreamStatusWord } from '#lib/contracts/status.ts';
import { createLocal } from '../../bus/local.ts';
import { createMemoryBus, subjects, type Bus } from '../../bus/index.ts';
import { unplaced } from './rules.ts';
import { createView, type Source, type View } from './index.ts';
import type { KnownInstance, Missing, WantedStream } from './store.ts';

const log = pino({ level: 'silent' });

let own: Map<string, StreamStatus>;
let held: Set<string>;
let wanted: WantedStream[];
let instances: KnownInstance[];
let looks: Missing[];
let databaseAway: boolean;
let heard: [string, StreamStatusWord, Source][];
let view: View;
let said: ReturnType<typeof createLocal>;

/** A bus on which tests speak for other instances. */
function busOf(local: ReturnType<typeof createLocal>): Bus {
	return { ...createMemoryBus(log, 'here'), subscribe: local.subscribe, answer: local.answer };
}

function statusOf(streamId: string, rest: Partial<StreamStatus> = {}): StreamStatus {
	return {
		...unplaced(streamId, null),
		since: new Date().toISOString(),
		status: 'connected',
		state: 'active',
		runId: 'run',
		detail: null,
		instance: 'there',
		...rest
	};
}

function knownInstance(id: string, rest: Partial<KnownInstance> = {}): KnownInstance {
	return {
		...{ id, state: 'up', roles: ['worker'], labels: {}, version: '1', address: null },
		...{ streams: 0, max_streams: 4, started_at: '', heartbeat_at: '', clock_skew_s: 0, age_s: 0.5 },
		...rest
	};
}

function wantedStream(id: string, rest: Partial<WantedStream> = {}): WantedStream {
	return {
		...{ id, placement: {}, holder: null, run_id: null, state: 'inactive' },
		...{ last_error: null, error_code: null, beat_age_s: null },
		...rest
	};
}

const say = (status: StreamStatus, from = 'there', at = Date.now()) =>
	said.deliver(subjects.status, status, { instance: from, here: from === 'here', at });

/** Somebody goes on saying so, once a second, for so long. */
async function goOn(seconds: number, speak: () => void = () => {}): Promise<void> {
	for (let i = 0; i < seconds; i++) {
		speak();
		await vi.advanceTimersByTimeAsync(1000);
	}
}

beforeEach(async () => {
	vi.useFakeTimers();
	own = new Map();
	held = new Set();
	wanted = [];
	instances = [knownInstance('there')];
	looks = [];
	databaseAway = false;
	heard = [];
	said = createLocal(log);
	view = viewOf(true);
	view.onStatus(({ streamId, status }, from) => heard.push([streamId, status, from]));
	view.start();
	await view.look();
});
afterEach(() => {
	view.stop();
	vi.useRealTimers();
});

function viewOf(showsOthers: boolean): View {
	return createView({
		self: { id: 'here' },
		showsOthers,
		bus: busOf(said),
		log,
		engine: () => ({
			statuses: () => [...own.values()],
			status: (id) => own.get(id) ?? statusOf(id, { status: 'deactivated', runId: null, instance: 'here' })
		}),
		holds: (id) => held.has(id),
		async look(missing) {
			looks.push(missing);
			if (databaseAway) throw new Error('away');
			return { instances, untold: wanted };
		}
	});
}

describe('an instance that shows nothing of others', () => {
	beforeEach(() => {
		view.stop();
		view = viewOf(false);
		view.onStatus(({ streamId, status }, from) => heard.push([streamId, status, from]));
		view.start();
	});

	test('hears its own engine alone, asks nobody to tell of others, and knows the instances', async () => {
		own.set('a', statusOf('a', { instance: 'here' }));
		instances = [knownInstance('there', { streams: 1 })];
		looks = [];
		await goOn(12, () => {
			say(own.get('a')!, 'here');
			say(statusOf('b'));
		});
		expect(view.statuses().map(({ streamId }) => streamId)).toEqual(['a']);
		expect(heard.every(([id]) => id === 'a')).toBe(true);
		expect(looks.length).toBeGreaterThan(2);
		expect(looks.every((missing) => missing.streams.length + missing.instances.length === 0)).toBe(true);
		expect(view.instances().map(({ id }) => id)).toEqual(['there']);
	});

	test('tells of a stream that nobody runs', async () => {
		wanted = [wantedStream('c')];
		await goOn(12);
		expect(view.status('c').status).toBe('worker_down');
	});
});

describe('a stream that runs', () => {
	test('here is told as the engine has it, elsewhere as was heard last', () => {
		own.set('a', statusOf('a', { instance: 'here' }));
		say(own.get('a')!, 'here');
		say(statusOf('b', { fps: 9 }));
		expect(view.status('a').instance).toBe('here');
		expect(view.status('b')).toMatchObject({ instance: 'there', fps: 9 });
		expect(view.statuses().map(({ streamId }) => streamId)).toEqual(['a', 'b']);
		expect([view.holder('a'), view.holder('b'), view.holder('c')]).toEqual(['here', 'there', null]);
		expect(heard).toEqual([
			['a', 'connected', 'here'],
			['b', 'connected', 'elsewhere']
		]);
	});

	test.each([3_600_000, -3_600_000])('where the clock is %s ms off has the ages it has', (off) => {
		const theirs = Date.now() + off;
		const at = (ageMs: number) => new Date(theirs - ageMs).toISOString();
		say(statusOf('a', { since: at(60_000), lastFrameAt: at(300), retryAt: at(-4000) }), 'there', theirs);
		const { since, lastFrameAt, retryAt } = view.status('a');
		const ages = [since, lastFrameAt!, retryAt!].map((time) => Date.now() - Date.parse(time));
		expect(ages).toEqual([60_000, 300, -4000]);
	});

	test('is not shifted by a message that was a little late', () => {
		const since = new Date(Date.now() - 60_000).toISOString();
		say(statusOf('a', { since }), 'there', Date.now() - 1500);
		expect(view.status('a').since).toBe(since);
	});

	test('is told by who holds it while it moves here', () => {
		own.set('a', statusOf('a', { status: 'starting', instance: 'here' }));
		held.add('a');
		say(own.get('a')!, 'here');
		say(statusOf('a', { status: 'stale' }));
		expect(view.status('a')).toMatchObject({ status: 'starting', instance: 'here' });
		expect(heard).toEqual([['a', 'starting', 'here']]);
	});

	test('and moves between two others never looks switched off', async () => {
		say(statusOf('a'), 'one');
		say(statusOf('a', { status: 'starting', instance: 'two' }), 'two');
		say(statusOf('a', { status: 'deactivated', instance: 'one' }), 'one');
		await goOn(1);
		expect(view.status('a')).toMatchObject({ status: 'starting', instance: 'two' });

		wanted = [wantedStream('a')];
		say(statusOf('a', { status: 'deactivated', instance: 'two' }), 'two');
		await goOn(1);
		say(statusOf('a', { instance: 'one' }), 'one');
		expect(heard.map(([, word]) => word)).toEqual(['connected', 'starting', 'starting', 'connected']);
	});

	test('until it is switched off is told so once, after a look', async () => {
		say(statusOf('a'));
		say(statusOf('a', { status: 'deactivated' }));
		expect(heard).toHaveLength(1);
		await goOn(1);
		expect(heard.slice(1)).toEqual([['a', 'deactivated', 'elsewhere']]);
		expect(view.statuses()).toEqual([]);
	});
});

describe('a stream that nobody runs', () => {
	const why = async () => {
		await goOn(9);
		return view.status('a');
	};

	test('is on its way for five seconds, then says why not', async () => {
		wanted = [wantedStream('a')];
		instances = [];
		await view.look();
		expect(view.status('a')).toMatchObject({ status: 'starting', runId: null, instance: '' });
		await goOn(4);
		expect(view.status('a').status).toBe('starting');
		expect(await why()).toMatchObject({
			status: 'worker_down',
			code: 'capacity_reached',
			detail: 'No instance runs workers'
		});
		expect(heard).toEqual([
			['a', 'starting', 'nobody'],
			['a', 'worker_down', 'nobody']
		]);
	});

	test.each([
		[{ site: 'north' }, 'No instance bears site=north', [knownInstance('x')]],
		[{}, 'No instance runs workers', [knownInstance('x', { roles: ['web'] })]],
		[{}, 'No instance runs workers', [knownInstance('x', { state: 'away' })]],
		[{}, 'The one instance is full: 4 of 4 streams', [knownInstance('x', { streams: 4 })]],
		[
			{},
			'All 2 instances are full: 12 of 12 streams',
			[knownInstance('x', { streams: 4 }), knownInstance('y', { streams: 8, max_streams: 8 })]
		],
		[
			{ gpu: 'yes' },
			'The one instance bearing gpu=yes is full: 4 of 4 streams',
			[knownInstance('x'), knownInstance('y', { labels: { gpu: 'yes' }, streams: 4 })]
		],
		[{}, 'No instance has taken it yet, although there is room', [knownInstance('x', { streams: 3 })]]
	])('asking for %j says: %s', async (placement, detail, there) => {
		wanted = [wantedStream('a', { placement })];
		instances = there;
		const status = await why();
		expect(status).toMatchObject({ status: 'worker_down', code: 'capacity_reached', detail });
		expect(status.advice).toBeTruthy();
	});

	test('is told once for as long as nothing changes, and by who takes it from then on', async () => {
		wanted = [wantedStream('a')];
		await goOn(30);
		expect(heard.map(([, word]) => word)).toEqual(['starting', 'worker_down']);
		wanted = [wantedStream('a', { holder: 'there' })];
		await goOn(3);
		expect(view.status('a')).toMatchObject({ status: 'starting', detail: 'there has taken it' });
		say(statusOf('a'));
		expect(view.status('a').status).toBe('connected');
	});

	test('and that nobody wants any more rests', async () => {
		wanted = [wantedStream('a')];
		await goOn(3);
		wanted = [];
		said.deliver(
			subjects.streamChange,
			{ streamId: 'a', change: 'activation' },
			{ instance: 'here', here: true, at: Date.now() }
		);
		await goOn(1);
		expect(heard.at(-1)).toEqual(['a', 'deactivated', 'nobody']);
	});
});

describe('an instance that falls silent', () => {
	beforeEach(() => say(statusOf('a', { fps: 9 })));

	test('has its streams told as down, and as free once nobody takes them', async () => {
		wanted = [wantedStream('a')];
		await goOn(4);
		expect(view.status('a').status).toBe('connected');
		await goOn(3);
		expect(view.status('a')).toMatchObject({
			status: 'worker_down',
			code: 'worker_down',
			detail: 'there fell silent; its streams move to another within 10 s',
			fps: null
		});
		instances = [];
		await goOn(6);
		expect(view.status('a')).toMatchObject({ code: 'capacity_reached', detail: 'No instance runs workers' });
	});

	test('while the database is away is told so as well', async () => {
		databaseAway = true;
		await goOn(7);
		expect(view.status('a').detail).toContain('fell silent');
		say(statusOf('a'));
		expect(view.status('a').status).toBe('connected');
	});

	test('but lives, as the database has it, is told by what it writes', async () => {
		instances = [knownInstance('there', { streams: 1 })];
		wanted = [wantedStream('a', { holder: 'there', state: 'active', run_id: 'run', beat_age_s: 4 })];
		await goOn(7);
		expect(view.status('a')).toMatchObject({
			status: 'connected',
			detail: 'It runs on there, which this instance does not hear',
			instance: 'there'
		});
		wanted = [
			wantedStream('a', { holder: 'there', state: 'error', last_error: 'Refused', error_code: 'refused' })
		];
		await goOn(4);
		expect(view.status('a')).toMatchObject({ status: 'stream_error', detail: 'Refused', code: 'refused' });
	});

	test('and whose stream nobody wants any more has nothing to tell', async () => {
		await goOn(7);
		expect(view.statuses()).toEqual([]);
		expect(heard.at(-1)).toEqual(['a', 'deactivated', 'nobody']);
	});
});

test('the database is asked every few seconds, and soon after a change', async () => {
	await goOn(30);
	expect(looks.length).toBeLessThan(14);
	const before = looks.length;
	for (let i = 0; i < 100; i++)
		said.deliver(
			subjects.streamChange,
			{ streamId: `${i}`, change: 'created' },
			{ instance: 'there', here: false, at: Date.now() }
		);
	await vi.advanceTimersByTimeAsync(600);
	expect(looks.length - before).toBe(1);
});

test('of an instance that was never heard, its streams are asked for by its name', async () => {
	instances = [knownInstance('mute', { streams: 2 }), knownInstance('here', { streams: 3 })];
	await goOn(8);
	expect(looks.at(-1)!.instances).toEqual(['mute']);
});
