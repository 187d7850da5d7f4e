// Instances over common times: rows dated apart stand together, one that is gone is a gap, a GPU is shown where there is one.
import { expect, it } from 'vitest';
import type { InstancePoint } from '#lib/contracts/charts.ts';
import { instanceLines } from './instanceLines.ts';

const MIB = 1024 * 1024;
const row = (instance: string, seconds: number, rest: Partial<InstancePoint> = {}): InstancePoint => ({
	at: new Date(seconds * 1000).toISOString(),
	instance,
	rss_bytes: 100 * MIB,
	rss_percent: 10,
	cpu_percent: 50,
	streams: 1,
	gpu_percent: null,
	gpu_memory_bytes: null,
	...rest
});

it('draws each by name over times they share, and leaves a gap where one was gone', () => {
	const lines = instanceLines([
		row('vf-10', 2, { rss_bytes: 300 * MIB, gpu_percent: 40 }),
		row('vf-2', 12),
		...[32, 62, 92, 122, 152, 182].map((at) => row('vf-10', at)),
		row('vf-2', 72),
		row('vf-2', 182)
	]);
	expect(lines.at).toEqual([0, 30, 60, 90, 120, 150, 180]);
	expect(lines.memory.map(({ label, values }) => [label, values])).toEqual([
		['vf-2', [100, 100, 100, null, null, null, 100]],
		['vf-10', [300, 100, 100, 100, 100, 100, 100]]
	]);
	expect(lines.gpu.map(({ label }) => label)).toEqual(['vf-10']);
	expect(lines.gpuMemory).toEqual([]);
	expect(instanceLines([row('old', 0), row('new', 600)]).newest.map(({ instance }) => instance)).toEqual([
		'new'
	]);
	expect(lines.newest.map(({ instance, at }) => [instance, at])).toEqual([
		['vf-2', '1970-01-01T00:03:02.000Z'],
		['vf-10', '1970-01-01T00:03:02.000Z']
	]);
});

it('is empty where nothing is stored', () => {
	expect(instanceLines([])).toMatchObject({ at: [], memory: [], newest: [] });
});
