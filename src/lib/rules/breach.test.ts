// One breach is one firing: sustained, released, cooled down, over flicker, gaps, schedules and clocks that jump.
import { describe, expect, it } from 'vitest';
import type { Condition } from '#lib/contracts/rule.ts';
import { createBreach, type BreachRule } from './breach.ts';
import { rule } from './testing.ts';

const CROSSED: Condition = { type: 'line_crossed', classes: [], direction: 'any' };
const UNDER_2: Condition = { type: 'count', classes: [], op: 'under', value: 2, min_confidence: 0 };

/**
 * Plays one frame every `everyMs` from a line of characters: `#` met, `.` not met, `_` no frame. Tells what changed as
 * `+begin@told` and `-over@told`, in steps since the first.
 */
function play(over: Partial<BreachRule>, frames: string, everyMs = 1000, from = 1_000_000): string[] {
	const breach = createBreach(rule(over));
	return [...frames].flatMap((frame, i) => {
		if (frame === '_') return [];
		const met = frame === '#';
		const change = breach.step(from + i * everyMs, { met, value: met ? 9 : 1, labels: {} });
		if (!change) return [];
		return [`${change.state === 'firing' ? '+' : '-'}${(change.at - from) / everyMs}@${i}`];
	});
}

describe('a breach', () => {
	it('fires once it has held, from when it began, and ends once it is over, from when it was', () => {
		expect(play({}, '....####.....')).toEqual(['-0@3', '+4@6', '-8@11']);
	});

	it('that does not hold does not fire', () => {
		expect(play({}, '....##..##..##....')).toEqual(['-0@3']);
	});

	it('without sustain fires at once', () => {
		expect(play({ sustain_s: 0 }, '....#....')).toEqual(['-0@3', '+4@4', '-5@8']);
	});

	it('is the same one however it flickers while it fires', () => {
		expect(play({}, '####.#.##..#..#....')).toEqual(['+0@2', '-15@18']);
		expect(play({ sustain_s: 0.2, release_s: 1 }, `${'#..#.'.repeat(40)}............`, 100)).toHaveLength(2);
	});

	it('may flicker a little while it begins, but not much', () => {
		// Ten frames a second, two seconds to hold: lapses of up to 0.67 s are forgiven.
		expect(play({}, `${'####.#'.repeat(5)}`, 100)).toEqual(['+0@20']);
		expect(play({}, '#######........#######........#######........####', 100)).toEqual([]);
	});

	it('is not followed by another before the cooldown, and then has to hold anew', () => {
		const once = '###....';
		expect(play({}, `${once}###...............`)).toEqual(['+0@2', '-3@6']);
		// Over at 3, so cool at 13: what goes on then begins there.
		expect(play({}, '###....##############')).toEqual(['+0@2', '-3@6', '+13@15']);
		expect(play({ cooldown_s: 0 }, '###....###....')).toEqual(['+0@2', '-3@6', '+7@9', '-10@13']);
	});

	it('tells its worst figure', () => {
		const run = (condition: Partial<BreachRule>, values: number[]) => {
			const breach = createBreach(rule({ sustain_s: 0, release_s: 0, ...condition }));
			const changes = values.map((value, i) =>
				breach.step(i * 1000, { met: value !== 5, value, labels: { count: String(value) } })
			);
			return changes.filter((change) => change !== null);
		};
		expect(run({}, [9, 12, 10, 5])).toMatchObject([
			{ state: 'firing', value: 9, peak: 9, labels: { count: '9' } },
			{ state: 'clear', value: 5, peak: 12, labels: { count: '12' } }
		]);
		expect(run({ condition: UNDER_2 }, [1, 0, 1, 5])[1]).toMatchObject({ peak: 0, labels: { count: '0' } });
	});
});

describe('a crossing', () => {
	const over = { condition: CROSSED, sustain_s: 60, release_s: 3 };

	it('fires at once and lasts until no other has followed for the release', () => {
		expect(play({ ...over, cooldown_s: 0 }, '....#..#.....#....')).toEqual([
			'-0@3',
			'+4@4',
			'-8@11',
			'+13@13',
			'-14@17'
		]);
	});

	it('counts with those that followed', () => {
		const breach = createBreach(rule(over));
		const step = (s: number, value: number) => breach.step(s * 1000, { met: value > 0, value, labels: {} });
		expect(step(0, 1)).toMatchObject({ state: 'firing', peak: 1 });
		expect([step(1, 0), step(2, 2), step(3, 0), step(4, 0), step(5, 0)]).toEqual([
			null,
			null,
			null,
			null,
			null
		]);
		expect(step(6, 0)).toMatchObject({ state: 'clear', at: 3000, peak: 3 });
	});
});

describe('the beginning of a run', () => {
	it('says once that it is clear, when it has been for the release, so that an alert left open ends', () => {
		expect(play({}, '............')).toEqual(['-0@3']);
		expect(play({ release_s: 0 }, '...')).toEqual(['-0@0']);
	});

	it('says firing, and not clear, where the breach goes on', () => {
		expect(play({}, '#######....')).toEqual(['+0@2', '-7@10']);
		expect(play({}, '..#######')).toEqual(['+2@4']);
	});
});

describe('the beginning of a run that cannot know yet', () => {
	const first = (condition: Condition, value: number | null, seconds: number) => {
		const breach = createBreach(rule({ condition, release_s: 3 }));
		for (let s = 0; s < seconds; s++) if (breach.step(s * 1000, { met: false, value, labels: {} })) return s;
		return null;
	};

	it('leaves an alert on a stay open while somebody stands there, for as long as the stay may take', () => {
		const dwell: Condition = { type: 'object_dwell', classes: [], seconds: 60, min_confidence: 0 };
		expect(first(dwell, 0, 100)).toBe(3);
		expect(first(dwell, 5, 100)).toBe(60);
	});

	it('leaves one on what is usual open until that is known, a minute at most', () => {
		const surge: Condition = { type: 'flow_magnitude', op: 'over', value: 3, relative: true };
		expect(first(surge, 1, 100)).toBe(3);
		expect(first(surge, null, 100)).toBe(60);
		expect(first({ ...surge, relative: false }, null, 100)).toBe(3);
	});
});

describe('time without frames', () => {
	it('does not end what fires: the release waits for frames that show it', () => {
		expect(play({}, `###${'_'.repeat(60)}###....`)).toEqual(['+0@2', '-66@69']);
		expect(play({}, `###.${'_'.repeat(60)}....`)).toEqual(['+0@2', '-3@67']);
	});

	it('does not sustain what was about to fire: it begins anew', () => {
		expect(play({}, `....#${'_'.repeat(60)}###...`)).toEqual(['-0@3', '+65@67']);
	});

	it('of up to five seconds is no gap: slow streams are watched too', () => {
		expect(play({ sustain_s: 8 }, '#____#____#____')).toEqual(['+0@10']);
	});

	it('cools down', () => {
		expect(play({}, `###....${'_'.repeat(60)}###`)).toEqual(['+0@2', '-3@6', '+67@69']);
	});
});

describe('a clock set back', () => {
	const hour = 3_600_000;
	function jump(before: string, after: string): string[] {
		const breach = createBreach(rule());
		const told: string[] = [];
		const run = (frames: string, from: number) =>
			[...frames].forEach((frame, i) => {
				const change = breach.step(from + i * 1000, { met: frame === '#', value: 1, labels: {} });
				if (change) told.push(`${change.state} ${(change.at - hour) / 1000}`);
			});
		run(before, 2 * hour);
		run(after, hour);
		return told;
	}

	it('moves nothing that goes on', () => {
		expect(jump('###', '###....')).toEqual(['firing 3600', 'clear 3']);
		// It had held for a second, and goes on holding: it began a second before the new time.
		expect(jump('##', '###')).toEqual(['firing -1']);
	});

	it('does not stretch the cooldown', () => {
		expect(jump('###....', '.......#####')).toEqual(['firing 3600', 'clear 3603', 'firing 7']);
	});
});

describe('a schedule', () => {
	// 1970-01-01 is a Thursday.
	const schedule = { timezone: 'UTC', windows: [{ days: [4], from: '00:01', to: '00:02' }] };

	it('lets nothing begin outside, and ends what goes on when it closes', () => {
		expect(play({ schedule }, '#'.repeat(150), 1000, 0)).toEqual(['-0@3', '+60@62', '-120@123']);
	});
});
