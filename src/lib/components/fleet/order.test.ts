// The fleet's order and its search.
import { describe, expect, it } from 'vitest';
import { countInstances, countStates, grouped, matches, type Listed } from './order.ts';

const camera = (name: string, word: Listed['word'], place: string | null = null): Listed => ({
	id: name,
	name,
	place,
	word
});

describe('order', () => {
	it('puts trouble first, then the connected, then the rest', () => {
		const groups = grouped([
			camera('Roof', 'deactivated'),
			camera('Gate', 'connected'),
			camera('Quay', 'stream_error'),
			camera('Door', 'stale'),
			camera('Bay', 'worker_down'),
			camera('Platform', 'starting')
		]);
		expect(groups.map((group) => [group.name, group.cameras.map((one) => one.name)])).toEqual([
			['attention', ['Quay', 'Bay', 'Door']],
			['connected', ['Gate']],
			['other', ['Platform', 'Roof']]
		]);
	});

	it('puts open alerts among the trouble, a critical one before everything', () => {
		const open = (name: string, severity: 'info' | 'warning' | 'critical'): Listed => ({
			...camera(name, 'connected'),
			alert: { severity, count: 1 }
		});
		const groups = grouped([
			camera('Quay', 'stream_error'),
			open('Hall', 'warning'),
			open('Ramp', 'critical'),
			open('Belt', 'info')
		]);
		expect(groups.map((group) => [group.name, group.cameras.map((one) => one.name)])).toEqual([
			['attention', ['Ramp', 'Quay', 'Hall']],
			['connected', ['Belt']]
		]);
	});

	it('sorts names as people do', () => {
		const [group] = grouped(['Gate 10', 'gate 2', 'Arch'].map((name) => camera(name, 'connected')));
		expect(group?.cameras.map((one) => one.name)).toEqual(['Arch', 'gate 2', 'Gate 10']);
	});

	it('leaves empty groups out', () => {
		expect(grouped([])).toEqual([]);
	});
});

describe('search', () => {
	const quay = camera('Harbour Quay', 'stream_error', 'Pier 4, north');
	it.each(['quay', 'HARB', 'pier 4', 'stream error', 'north quay', ''])('finds it by %j', (query) => {
		expect(matches(quay, query)).toBe(true);
	});
	it('finds it by the instance that runs it', () => {
		expect(matches({ ...quay, instance: 'north-1' }, 'quay north-1')).toBe(true);
	});
	it.each(['south', 'quay connected', '<b>'])('does not find it by %j', (query) => {
		expect(matches(quay, query)).toBe(false);
	});
});

it('counts cameras by the instance that runs them, and those of none not at all', () => {
	const on = (instance: string | null): Listed => ({ ...camera('x', 'connected'), instance });
	expect(countInstances([on('vf-10'), on('vf-2'), on(null), on('vf-10')])).toEqual([
		{ instance: 'vf-2', count: 1 },
		{ instance: 'vf-10', count: 2 }
	]);
});

it('counts states for the bar', () => {
	expect(countStates(['stale', 'connected', 'connected'])).toEqual([
		{ state: 'connected', count: 2 },
		{ state: 'stale', count: 1 }
	]);
});
