// The kernel as its users meet it: what it refuses, what it measures, what it forgets and what it lets rest.
import { describe, expect, it } from 'vitest';
import { compileFlowModule, createFlow, FlowError, type FlowField, type FlowOptions } from './kernel.ts';
import { addNoise, movedPicture, picture } from './testing/pictures.ts';

const module = await compileFlowModule();
const WIDTH = 192;
const HEIGHT = 112;
const OPTIONS: FlowOptions = { width: WIDTH, height: HEIGHT, gridSize: 16, winRadius: 8, mode: 'fast' };

const moved = (dx: number, dy: number) => movedPicture(WIDTH, HEIGHT, dx, dy);

/** Mean end-point error (px) over the points whose windows stay on the picture: beyond it there is no truth. */
function meanError(field: FlowField, dx: number, dy: number): number {
	const margin = OPTIONS.winRadius + 1;
	const inside = (at: number, d: number, size: number) =>
		Math.min(at, at + d) >= margin && Math.max(at, at + d) < size - margin;
	const errors = [...field.status.keys()].flatMap((k) => {
		const x = field.originX + (k % field.columns) * field.gridSize;
		const y = field.originY + Math.floor(k / field.columns) * field.gridSize;
		if (!inside(x, dx, WIDTH) || !inside(y, dy, HEIGHT)) return [];
		expect(field.status[k]).toBe(1);
		return Math.hypot((field.flow[2 * k] as number) - dx, (field.flow[2 * k + 1] as number) - dy);
	});
	expect(errors.length).toBeGreaterThan(0);
	return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

/** Mean displacement along (0.8, 0.6) over the points found, px. */
function meanAlong(field: FlowField): number {
	const found = [...field.status.keys()].filter((k) => field.status[k] === 1);
	const along = found.map(
		(k) => 0.8 * (field.flow[2 * k] as number) + 0.6 * (field.flow[2 * k + 1] as number)
	);
	return along.reduce((sum, value) => sum + value, 0) / found.length;
}

describe('options', () => {
	it.each([
		['width', { width: 0 }],
		['height', { height: 5000 }],
		['width', { width: 12.5 }],
		['grid_size', { gridSize: 0 }],
		['grid_size', { gridSize: Number.NaN }],
		['win_radius', { winRadius: 1 }],
		['win_radius', { winRadius: 16 }]
	])('refuses a bad %s: %o', (name, bad) => {
		expect(() => createFlow({ ...OPTIONS, ...bad }, module)).toThrow(name);
	});

	it('refuses a frame of another size, and says what to do', () => {
		const flow = createFlow(OPTIONS, module);
		flow.measure(moved(0, 0));
		expect(() => flow.measure(new Uint8Array(WIDTH * HEIGHT - 1))).toThrow(FlowError);
		expect(() => flow.measure(new Uint8Array(4))).toThrow(/192x112 gray needs 21504.*new Flow/);
	});
});

describe.each(['fast', 'faithful'] as const)('%s mode', (mode) => {
	it('has no vectors on the first frame, nor on the first after a reset', () => {
		const flow = createFlow({ ...OPTIONS, mode }, module);
		expect(flow.measure(moved(0, 0)).status.some((found) => found === 1)).toBe(false);
		expect(flow.measure(moved(1, 0)).status.every((found) => found === 1)).toBe(true);
		flow.reset();
		const field = flow.measure(moved(2, 0));
		expect(field.status.some((found) => found === 1) || field.flow.some((d) => d !== 0)).toBe(false);
	});

	it.each([
		[0.3, -0.2, 0.02],
		[1.25, -0.75, 0.03],
		[-4.5, 2.25, 0.05],
		[9.5, 6.25, 0.05]
	])('finds a shift of (%f, %f) px', (dx, dy, tolerance) => {
		const flow = createFlow({ ...OPTIONS, mode }, module);
		flow.measure(moved(0, 0));
		expect(meanError(flow.measure(moved(dx, dy)), dx, dy)).toBeLessThan(tolerance);
	});

	it.each([4, 10, 13, 16, 30])('is as exact on a grid of %i px', (gridSize) => {
		const flow = createFlow({ ...OPTIONS, gridSize, mode }, module);
		flow.measure(moved(0, 0));
		expect(meanError(flow.measure(moved(2.5, 1.5)), 2.5, 1.5)).toBeLessThan(0.05);
	});

	it('follows a turning picture', () => {
		const turn = 0.02;
		const flow = createFlow({ ...OPTIONS, mode }, module);
		const [mx, my] = [WIDTH / 2, HEIGHT / 2];
		flow.measure(picture(WIDTH, HEIGHT, (x, y) => [x, y]));
		const field = flow.measure(picture(WIDTH, HEIGHT, (x, y) => [x + turn * (y - my), y - turn * (x - mx)]));
		const k = field.columns + 1; // second row, second column
		const [x, y] = [field.originX + field.gridSize, field.originY + field.gridSize];
		expect(field.flow[2 * k]).toBeCloseTo(-turn * (y - my), 1);
		expect(field.flow[2 * k + 1]).toBeCloseTo(turn * (x - mx), 1);
	});

	it.each([
		[1, 1],
		[2, 2],
		[3, 500],
		[1279, 3],
		[1920, 1920]
	])('takes frames of %i x %i px', (width, height) => {
		const flow = createFlow({ ...OPTIONS, width, height, mode }, module);
		const frame = Uint8Array.from({ length: width * height }, (_, k) => (k * 2654435761) >>> 24);
		flow.measure(frame);
		const field = flow.measure(frame);
		expect(field.flow.every((d) => Math.abs(d) < 1e-3)).toBe(true);
		expect(field.status).toHaveLength(field.columns * field.rows);
	});

	it('says of a picture without texture that nothing was found', () => {
		const flow = createFlow({ ...OPTIONS, mode }, module);
		flow.measure(new Uint8Array(WIDTH * HEIGHT).fill(90));
		expect(flow.measure(new Uint8Array(WIDTH * HEIGHT).fill(91)).status.some((found) => found === 1)).toBe(
			false
		);
	});

	it('keeps its memory and its arrays from frame to frame', () => {
		const flow = createFlow({ ...OPTIONS, mode }, module);
		const first = flow.measure(moved(0, 0));
		const bytes = flow.memoryBytes;
		for (let k = 1; k < 50; k++) expect(flow.measure(moved(k, 0)).flow).toBe(first.flow);
		expect(flow.memoryBytes).toBe(bytes);
		expect(first.flow.byteLength).toBeGreaterThan(0);
	});

	it('keeps two streams apart', () => {
		const [one, other] = [createFlow({ ...OPTIONS, mode }, module), createFlow({ ...OPTIONS, mode }, module)];
		one.measure(moved(0, 0));
		other.measure(moved(0, 0));
		const right = one.measure(moved(2, 0));
		other.measure(moved(-2, 0));
		expect(right.flow[0]).toBeCloseTo(2, 1);
	});
});

describe('cells at rest', () => {
	/** Plays `frames` frames and returns the mean speed along (0.8, 0.6) and share awake over the later ones. */
	function play(speed: number, contrast: number, noise: number, restless = false) {
		const flow = createFlow({ ...OPTIONS, restless }, module);
		let [sum, awake] = [0, 0];
		for (let k = 0; k < 30; k++) {
			const still = movedPicture(WIDTH, HEIGHT, 0.8 * speed * k, 0.6 * speed * k, contrast);
			const field = flow.measure(noise > 0 ? addNoise(still, noise, k + 1) : still);
			if (k < 10) continue;
			sum += meanAlong(field) / 20;
			awake += flow.awakePoints / field.status.length / 20;
		}
		return { speed: sum, awake };
	}

	it('rests a picture that stands still, and one that only shows noise', () => {
		expect(play(0, 1, 0).awake).toBe(0);
		expect(play(0, 1, 1).awake).toBeLessThan(0.05);
	});

	it.each([0.05, 0.1, 0.2, 0.5])('measures %f px a frame as it is', (speed) => {
		expect(play(speed, 1, 0).speed).toBeCloseTo(play(speed, 1, 0, true).speed, 2);
		expect(play(speed, 1, 1).speed).toBeCloseTo(play(speed, 1, 1, true).speed, 2);
	});

	it.each([0.2, 0.5])('measures %f px a frame in a dim and noisy picture', (speed) => {
		const { speed: measured } = play(speed, 0.2, 1);
		expect(Math.abs(measured - speed)).toBeLessThan(0.1 * speed);
	});

	it('wakes at once where something moves, and only there', () => {
		const flow = createFlow(OPTIONS, module);
		for (let k = 0; k < 8; k++) flow.measure(moved(0, 0));
		expect(flow.awakePoints).toBe(0);
		// The upper left corner of 48 x 48 px starts to move.
		const frame = picture(WIDTH, HEIGHT, (x, y) => (x < 48 && y < 48 ? [x - 1.5, y] : [x, y]));
		const field = flow.measure(frame);
		expect(field.flow[2 * (field.columns + 1)]).toBeCloseTo(1.5, 1);
		expect(flow.awakePoints).toBe(9);
	});

	it('notices a drift too slow to be measured once it adds up', () => {
		const flow = createFlow(OPTIONS, module);
		for (let k = 0; k < 8; k++) flow.measure(moved(0, 0));
		const woken = Array.from({ length: 60 }, (_, k) => {
			flow.measure(moved(0.01 * k, 0));
			return flow.awakePoints;
		});
		expect(Math.max(...woken)).toBeGreaterThan(0);
	});
});
