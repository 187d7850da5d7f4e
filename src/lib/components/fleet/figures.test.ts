// Headline figures: units where something was measured, a reason where nothing was.
import { expect, it } from 'vitest';
import type { StreamStatus } from '#lib/contracts/status.ts';
import { headlineFigures } from './figures.ts';

const flow = { avg: 2.44, max: 5.4, count: 249, total: 2304, direction: 90, coherence: 0.8 };
const status = (parts: Partial<StreamStatus>) =>
	({ status: 'connected', fps: 12, flow, ...parts }) as StreamStatus;
const valueOf = (all: ReturnType<typeof headlineFigures>, key: string) => all.find((one) => one.key === key);

it('carries units', () => {
	const all = headlineFigures(status({}), 183.6);
	expect(valueOf(all, 'avg')).toMatchObject({ value: '2.4', unit: 'px/frame' });
	expect(valueOf(all, 'count')).toMatchObject({ value: '249', unit: 'of 2\u202f304' });
	expect(valueOf(all, 'direction')).toMatchObject({ value: '90°', unit: 'right' });
	expect(valueOf(all, 'latency')).toMatchObject({ value: '184', unit: 'ms' });
});

it('never makes a direction up', () => {
	const mixed = headlineFigures(status({ flow: { ...flow, coherence: 0.06 } }), null);
	expect(valueOf(mixed, 'direction')).toMatchObject({ value: 'Mixed' });
	const still = headlineFigures(status({ flow: { ...flow, count: 0, direction: null, coherence: 0 } }), null);
	expect(valueOf(still, 'direction')).toMatchObject({ value: '–' });
});

it('shows nothing of a camera that is not connected, and says why', () => {
	const all = headlineFigures(status({ status: 'stale' }), null);
	expect(all.every((one) => one.value === '–' && one.unit === undefined)).toBe(true);
	expect(valueOf(all, 'avg')?.title).toMatch(/not connected/);
});
