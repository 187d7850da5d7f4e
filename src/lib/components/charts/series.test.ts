// Chart columns: a gap stays a gap, an axis ends on a round number, the table says what was not measured.
import { describe, expect, it } from 'vitest';
import { axisTop, flowColumns, flowCsv, gapsOf, niceTop, pointAt, type FlowPoint } from './series.ts';

const flow = { avg: 2, max: 5, count: 7, total: 9, direction: null, coherence: 0 };
const points: FlowPoint[] = [1, 2, 3, 10, 11].map((at) => ({ at, flow }));

describe('gaps', () => {
	it('puts an empty point where points are missing, so that nothing is joined', () => {
		expect(flowColumns(points, 1)).toEqual({
			at: [1, 2, 3, 4, 10, 11],
			avg: [2, 2, 2, null, 2, 2],
			max: [5, 5, 5, null, 5, 5]
		});
	});

	it('finds them between measured points, whether points are missing or empty', () => {
		expect(gapsOf(points, 1)).toEqual([{ from: 3, to: 10 }]);
		const empty = points.map((point) => (point.at === 10 ? { ...point, flow: null } : point));
		expect(gapsOf(empty, 1)).toEqual([{ from: 3, to: 11 }]);
		expect(gapsOf([], 1)).toEqual([]);
	});

	it('reads nothing at a cursor that stands in one', () => {
		expect(pointAt(points, 10.4, 1)?.at).toBe(10);
		expect(pointAt(points, 6.5, 1)).toBeNull();
		expect(pointAt([], 6.5, 1)).toBeNull();
	});
});

it.each([
	[0, 1],
	[1.2, 1.5],
	[7, 8],
	[9.1, 10],
	[27.5, 30],
	[Number.NaN, 1]
])('an axis for %d ends at %d', (value, top) => {
	expect(niceTop(value)).toBeCloseTo(top);
});

it('keeps one spike from flattening the chart, but never cuts an average', () => {
	const calm = Array.from({ length: 100 }, (_, at): FlowPoint => ({ at, flow }));
	const spike = { at: 100, flow: { ...flow, max: 300 } };
	expect(axisTop([...calm, spike])).toBe(5);
	expect(axisTop([...calm, { at: 101, flow: { ...flow, avg: 40, max: 300 } }])).toBe(50);
	expect(axisTop([])).toBe(1);
});

it('writes a table with empty cells where nothing was measured', () => {
	const csv = flowCsv([
		{ at: 0, flow },
		{ at: 1, flow: null }
	]);
	expect(csv.split('\n').slice(1)).toEqual([
		'1970-01-01T00:00:00.000Z,2,5,7,,0',
		'1970-01-01T00:00:01.000Z,,,,,',
		''
	]);
});
