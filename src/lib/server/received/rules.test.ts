// Episodes of one series: messages that come again, late, out of order, and not at all.
import { describe, expect, it } from 'vitest';
import { decide, type Episode } from './rules.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 20, 10, minute));
const episode = (id: string, minute: number, status: Episode['status']): Episode => ({
	...{ id, status },
	begins: at(minute).getTime(),
	startsAt: at(minute)
});
const fires = (minute: number | null, by = minute ?? 0) =>
	({
		status: 'firing',
		begins: minute === null ? null : at(minute).getTime(),
		startsAt: at(by),
		endsAt: null
	}) as const;
const over = (minute: number | null, end: number) =>
	({
		status: 'resolved',
		begins: minute === null ? null : at(minute).getTime(),
		startsAt: at(minute ?? end),
		endsAt: at(end)
	}) as const;

describe('in order', () => {
	it('fires, is told again, and ends', () => {
		expect(decide([], fires(0))).toEqual({ what: 'opened', closes: null });
		const open = [episode('a', 0, 'firing')];
		expect(decide(open, fires(0))).toEqual({ what: 'repeated', id: 'a', closes: null });
		expect(decide(open, over(0, 5))).toMatchObject({
			what: 'ended',
			id: 'a',
			endsAt: at(5),
			outcome: 'ended'
		});
	});

	it('fires anew as another episode', () => {
		expect(decide([episode('a', 0, 'resolved')], fires(10))).toEqual({ what: 'opened', closes: null });
	});
});

describe('out of order', () => {
	it('an end that comes first is stored as over, and its start does not reopen it', () => {
		expect(decide([], over(0, 5))).toMatchObject({ what: 'ended-unseen', outcome: 'ended', reason: null });
		expect(decide([episode('a', 0, 'resolved')], fires(0))).toEqual({ what: 'late', id: 'a', closes: null });
	});

	it('an end told twice is one', () => {
		expect(decide([episode('a', 0, 'resolved')], over(0, 5))).toMatchObject({ id: 'a', outcome: 'repeated' });
	});

	it('a start of before what is known is stored as over', () => {
		const known = [episode('b', 20, 'firing'), episode('c', 30, 'resolved')];
		expect(decide(known, fires(0))).toMatchObject({ what: 'ended-unseen', endsAt: at(20), outcome: 'late' });
	});

	it('the end of the one before leaves the next open', () => {
		const known = [episode('a', 0, 'resolved'), episode('b', 20, 'firing')];
		expect(decide(known, over(0, 15))).toMatchObject({ id: 'a', closes: null });
	});
});

describe('with messages lost', () => {
	it('a new episode ends the one whose end never came', () => {
		const decision = decide([episode('a', 0, 'firing')], fires(10));
		expect(decision).toMatchObject({ what: 'opened', closes: { id: 'a', at: at(10) } });
	});

	it('the end of an episode that was never seen ends the one before at its start', () => {
		const decision = decide([episode('a', 0, 'firing')], over(10, 15));
		expect(decision).toMatchObject({ what: 'ended-unseen', closes: { id: 'a', at: at(10) } });
	});

	it('an end ends whatever of the series was open then', () => {
		// Two replicas of Grafana, whose episodes begin seconds apart.
		const known = [episode('a', 0, 'resolved'), episode('b', 1, 'firing')];
		expect(decide(known, over(0, 5))).toMatchObject({ id: 'a', closes: { id: 'b', at: at(5) } });
	});
});

describe('without a start', () => {
	it('is the open episode, or a new one', () => {
		expect(decide([episode('a', 0, 'firing')], fires(null, 9))).toMatchObject({ what: 'repeated', id: 'a' });
		expect(decide([episode('a', 0, 'resolved')], fires(null, 9))).toMatchObject({ what: 'opened' });
	});

	it('an end is that of the open episode, or of the newest', () => {
		const known = [episode('a', 0, 'resolved'), episode('b', 20, 'resolved')];
		expect(decide(known, over(null, 30))).toMatchObject({ what: 'ended', id: 'b' });
		expect(decide([episode('a', 0, 'firing')], over(null, 30))).toMatchObject({ what: 'ended', id: 'a' });
	});
});
