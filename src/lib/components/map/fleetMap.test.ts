// The fleet on the map: which way a cone points and is coloured, and what is not measured.
import { describe, expect, test } from 'vitest';
import { streamInput, type StreamRecord } from '#lib/contracts/stream.ts';
import { HUES_ON_PICTURES } from '#lib/contracts/direction.ts';
import { boundsOf, conesOf, placedCameras, scaleTop, type ConeInk, type MapCamera } from './fleetMap.ts';

const INK: ConeInk = {
	quiet: 'quiet',
	ink: 'ink',
	dark: true,
	state: {
		connected: 'good',
		starting: 'grey',
		stale: 'warn',
		stream_error: 'bad',
		worker_down: 'bad',
		deactivated: 'off'
	}
};
const FLOW = { avg: 2, max: 4, count: 10, total: 100, direction: 90, coherence: 0.9 };

function camera(over: Partial<StreamRecord> = {}, rest: Partial<MapCamera> = {}): MapCamera {
	const record = {
		...streamInput.parse({ name: 'Gate', rtsp_url: 'rtsp://192.0.2.1/', latitude: 56, longitude: 10 }),
		orientation_deg: 350,
		...over
	} as StreamRecord;
	return { id: 'a', name: record.name, word: 'connected', record, flow: FLOW, ...rest };
}

describe('a camera on the map', () => {
	test('without a place is not there; without a heading it has no cone and no direction', () => {
		expect(placedCameras([camera({ latitude: null })], 0)).toEqual([]);
		const [placed] = placedCameras([camera({ orientation_deg: null })], 0);
		expect(placed).toMatchObject({ view: null, flow: { direction: null } });
		expect(conesOf([placed!], 'direction', INK)).toEqual([]);
	});

	test('turns what moves right in the picture by its heading and the offset of the settings', () => {
		const [placed] = placedCameras([camera()], 20);
		expect(placed?.view?.heading).toBe(10);
		expect(placed?.flow?.direction).toBe(100);
		expect(conesOf([placed!], 'direction', INK)[0]).toMatchObject({
			colour: HUES_ON_PICTURES[10],
			dashed: false
		});
	});

	test('is grey where directions disagree, and dashed where nothing is measured', () => {
		const mixed = placedCameras([camera({}, { flow: { ...FLOW, coherence: 0.1 } })], 0);
		expect(conesOf(mixed, 'direction', INK)[0]).toMatchObject({ colour: 'quiet', dashed: false });
		const lost = placedCameras([camera({}, { word: 'stream_error' })], 0);
		expect(conesOf(lost, 'direction', INK)[0]).toMatchObject({ colour: 'bad', opacity: 0, dashed: true });
	});

	test('is as strong as its motion beside the strongest, and a still fleet is faint', () => {
		const cameras = placedCameras([camera(), camera({}, { id: 'b', flow: { ...FLOW, avg: 20 } })], 0);
		expect(scaleTop(cameras)).toBe(20);
		const [weak, strong] = conesOf(cameras, 'magnitude', INK);
		expect(strong!.opacity).toBeCloseTo(0.6);
		expect(weak!.opacity).toBeLessThan(0.2);
		expect(scaleTop(placedCameras([camera({}, { flow: { ...FLOW, avg: 0.1 } })], 0))).toBe(4);
	});
});

test('the bounds hold every cone, and there are none of nothing', () => {
	const placed = placedCameras([camera()], 0);
	const [[west, south], [east, north]] = boundsOf(placed)!;
	expect(west).toBeLessThanOrEqual(10);
	expect(east).toBeGreaterThanOrEqual(10);
	expect(north - south).toBeGreaterThan(0.0003);
	expect(boundsOf([])).toBeNull();
});
