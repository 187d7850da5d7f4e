// Which camera labels name.
import { expect, it } from 'vitest';
import { streamOf, type Candidate } from './streams.ts';

const YARD = '0b6f7a52-6a1e-4f0d-9a2e-3f1f6d1b9c10';
const stream = (id: string, name: string, instance: string | null = null): Candidate => ({
	...{ id, name, instance },
	address: instance && `${instance}.lan:3000`
});
const all = [
	stream(YARD, 'Yard', 'one'),
	stream('b', 'Gate', 'one'),
	stream('c', 'Gate', 'two'),
	stream('d', 'Roof')
];

it.each<[string, Record<string, string>, string | null]>([
	['its id', { stream_id: YARD.toUpperCase(), stream_name: 'Roof' }, YARD],
	['its name, when its id is gone', { stream_id: 'x', stream_name: 'Roof' }, 'd'],
	['a name that two have', { stream_name: 'Gate' }, null],
	['a name and where it runs', { name: 'Gate', instance: 'two' }, 'c'],
	['a name and the address where it runs', { name: 'Gate', instance: 'one.lan:3000' }, 'b'],
	['a name and where it does not run', { name: 'Roof', instance: 'one' }, null],
	['a name alone', { name: 'Yard' }, null],
	['an instance alone', { instance: 'one' }, null],
	['nothing', {}, null]
])('%s', (_, labels, id) => {
	expect(streamOf(labels, all)?.id ?? null).toBe(id);
});
