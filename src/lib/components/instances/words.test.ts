// Instances in words: how each is, what they carry, where a camera may run.
import { describe, expect, it } from 'vitest';
import type { InstanceRecord } from '#lib/contracts/instance.ts';
import {
	bearsAny,
	complaint,
	fleetNow,
	fleetWords,
	inOrder,
	labelOf,
	labelsProblem,
	loadWords,
	mayPlace,
	offeredLabels,
	placementWords,
	skewWords,
	stateWords,
	versionsOf
} from './words.ts';

const NOW = '2026-11-21T12:00:00.000Z';
const one = (id: string, rest: Partial<InstanceRecord> = {}): InstanceRecord => ({
	id,
	state: 'up',
	roles: ['web', 'worker', 'relay'],
	labels: {},
	version: '0.1.0',
	address: '10.0.0.5:3000',
	streams: 3,
	max_streams: 16,
	started_at: '2026-11-18T08:00:00.000Z',
	heartbeat_at: NOW,
	clock_skew_s: 0,
	...rest
});

describe('an instance', () => {
	it('is dated by the fleet’s own clock, not by the reader’s', () => {
		const away = one('b', { state: 'away', heartbeat_at: '2026-11-21T11:59:20.000Z' });
		const now = fleetNow([away, one('a')]);
		expect(stateWords(one('a'), now)).toBe('Up for 3 d 4 h');
		expect(stateWords(away, now)).toBe('Away for 40 s');
	});

	it('carries streams only where its role is to', () => {
		expect(loadWords(one('a'))).toBe('3 of 16');
		expect(loadWords(one('a', { roles: ['web'] }))).toBe('–');
	});

	it.each([
		[0.04, '0.0 s'],
		[-0.04, '0.0 s'],
		[1.26, '+1.3 s'],
		[-3600, '−3600.0 s']
	])('has a clock %f s ahead: %s', (seconds, words) => expect(skewWords(seconds)).toBe(words));

	it('is complained of when it is away, and when its clock is more than two seconds wrong', () => {
		expect(complaint(one('a', { clock_skew_s: 2 }))).toBeNull();
		expect(complaint(one('a', { clock_skew_s: -2.5 }))).toMatch(/^Its clock is 2 s behind .* NTP/);
		expect(complaint(one('a', { clock_skew_s: 3600 }))).toMatch(/^Its clock is 1 h ahead of/);
		expect(complaint(one('a', { state: 'away' }))).toMatch(/others run its streams/);
		expect(complaint(one('a', { state: 'away', roles: ['web'] }))).not.toMatch(/streams/);
	});
});

describe('all instances', () => {
	const list = [
		one('a'),
		one('b', { roles: ['web'], streams: 0, max_streams: 99, version: '0.2.0' }),
		one('c', { state: 'away', streams: 9, version: '0.0.9' })
	];

	it('are summed up by what the living may run', () => {
		expect(fleetWords(list)).toBe('2 up, 1 away, 3 of 16 streams');
		expect(fleetWords([one('a')])).toBe('1 up, 3 of 16 streams');
	});

	it('stand with those in trouble first, then as people sort names', () => {
		const fleet = [
			one('vf-10'),
			one('vf-2'),
			one('vf-11', { clock_skew_s: 5 }),
			one('vf-3', { state: 'away' })
		];
		expect(inOrder(fleet).map(({ id }) => id)).toEqual(['vf-3', 'vf-11', 'vf-2', 'vf-10']);
	});

	it('show an update under way, not what is gone', () => {
		expect(versionsOf(list)).toEqual(['0.1.0', '0.2.0']);
	});
});

describe('a place', () => {
	const north = { site: 'north', gpu: 'yes' };
	const list = [
		one('n1', { labels: north }),
		one('n2', { labels: { site: 'north' } }),
		one('pages', { roles: ['web'], labels: { site: 'office' } }),
		one('gone', { state: 'away', labels: { site: 'south' } })
	];

	it('is offered from instances that can run cameras now', () => {
		expect(offeredLabels(list)).toEqual([
			['gpu', 'yes'],
			['site', 'north']
		]);
	});

	it('names who may run the camera, and warns where nobody can', () => {
		expect(placementWords(list, {})).toEqual({ text: 'Runs on any instance.', warn: false });
		expect(placementWords(list, { site: 'north' }).text).toBe('Runs on n1 or n2.');
		expect(placementWords(list, north).text).toBe('Runs on n1.');
		const many = ['a', 'b', 'c', 'd', 'e'].map((id) => one(id, { labels: { site: 'x' } }));
		expect(placementWords(many, { site: 'x' }).text).toBe('Runs on a, b or 3 others.');
		for (const site of ['south', 'office', 'nowhere'])
			expect(placementWords(list, { site })).toMatchObject({
				warn: true,
				text: expect.stringMatching(/No instance.*this label.*waits/) as string
			});
	});

	it('is asked for only where there is something to choose', () => {
		expect(mayPlace([one('a')], {})).toBe(false);
		expect(mayPlace([one('a')], { site: 'x' })).toBe(true);
		expect(mayPlace([one('a'), one('b')], {})).toBe(true);
		expect([bearsAny([one('a')]), bearsAny(list)]).toEqual([false, true]);
	});
});

describe('a label', () => {
	it.each([
		['site=north', ['site', 'north']],
		[' gpu = yes ', ['gpu', 'yes']],
		['a=b=c', ['a', 'b=c']],
		['site', null],
		['=north', null],
		['site=', null],
		['', null]
	])('typed as %j', (text, label) => expect(labelOf(text)).toEqual(label));

	it('is refused in the words of the contract', () => {
		expect(labelsProblem({ site: 'north' })).toBeNull();
		expect(labelsProblem({ Site: 'north' })).toBe('a label is named in lower case letters, digits, . _ / -');
		expect(labelsProblem({ site: 'north side' })).toBe('a label says 1 to 63 letters, digits, . _ -');
		const nine = Object.fromEntries([...'abcdefghi'].map((name) => [name, '1']));
		expect(labelsProblem(nine)).toBe('at most 8 labels');
	});
});
