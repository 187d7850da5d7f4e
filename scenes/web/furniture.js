// Street furniture: lamps, bollards, benches, bins, signal poles, manhole covers.
import { MAT, hex } from './geom.js';

export function lamp(m, x, z, { h = 6.2, arm = 1.6, yaw = 0 } = {}) {
	const steel = hex(0x3b4044);
	const pole = [
		[0, 0, 0, 0.11, 0.11],
		[0, 0.9, 0, 0.1, 0.1],
		[0, 1.0, 0, 0.065, 0.065],
		[0, h, 0, 0.045, 0.045]
	];
	m.at(x, 0, z, yaw, (m) => {
		m.tube(pole, 10, steel, MAT.metal);
		m.bar([0, h - 0.05, 0], [arm, h + 0.12, 0], 0.035, steel, MAT.metal, 7);
		m.box(arm - 0.25, h + 0.06, -0.12, arm + 0.35, h + 0.17, 0.12, steel, MAT.metal);
		m.box(arm - 0.2, h + 0.03, -0.09, arm + 0.3, h + 0.06, 0.09, [0.6, 0.6, 0.55], MAT.plain);
	});
}

export function bollard(m, x, z, color = 0x2a2d30) {
	const post = [
		[x, 0, z, 0.075, 0.075],
		[x, 0.82, z, 0.07, 0.07],
		[x, 0.85, z, 0.085, 0.085],
		[x, 0.95, z, 0.08, 0.08],
		[x, 1, z, 0.03, 0.03]
	];
	const band = [
		[x, 0.68, z, 0.078, 0.078],
		[x, 0.76, z, 0.078, 0.078]
	];
	m.tube(post, 10, hex(color), MAT.metal);
	m.tube(band, 10, hex(0xd8d6cc), MAT.plain);
}

export function bench(m, x, z, yaw = 0) {
	const wood = hex(0x8a6238);
	const iron = hex(0x2c2e30);
	m.at(x, 0, z, yaw, (m) => {
		for (let i = 0; i < 4; i++)
			m.box(-0.9, 0.43, -0.22 + i * 0.115, 0.9, 0.465, -0.13 + i * 0.115, wood, MAT.wood);
		for (let i = 0; i < 3; i++)
			m.box(-0.9, 0.58 + i * 0.11, -0.27, 0.9, 0.66 + i * 0.11, -0.24, wood, MAT.wood);
		for (const s of [-0.75, 0.75]) {
			m.box(s - 0.03, 0, -0.24, s + 0.03, 0.43, -0.18, iron, MAT.metal);
			m.box(s - 0.03, 0, 0.16, s + 0.03, 0.43, 0.22, iron, MAT.metal);
			m.box(s - 0.03, 0.43, -0.28, s + 0.03, 0.9, -0.25, iron, MAT.metal);
		}
	});
}

export function bin(m, x, z, color = 0x2f3a34) {
	const rings = [
		[x, 0, z, 0.24, 0.24],
		[x, 0.05, z, 0.27, 0.27],
		[x, 0.85, z, 0.28, 0.28],
		[x, 0.88, z, 0.3, 0.3],
		[x, 1.0, z, 0.27, 0.27],
		[x, 1.06, z, 0.12, 0.12]
	];
	m.tube(rings, 14, hex(color), MAT.metal);
}

export function signalPole(m, x, z, yaw) {
	const pole = [
		[0, 0, 0, 0.09, 0.09],
		[0, 3.6, 0, 0.07, 0.07]
	];
	m.at(x, 0, z, yaw, (m) => {
		m.tube(pole, 10, hex(0x24282a), MAT.metal);
		m.box(-0.16, 2.45, 0.05, 0.16, 3.5, 0.32, hex(0x121415), MAT.plain);
	});
}

export function manhole(m, x, z, r = 0.33) {
	const steps = 20;
	const rim = (i) => {
		const a = (i / steps) * 2 * Math.PI;
		return [x + r * Math.cos(a), 0.006, z + r * Math.sin(a)];
	};
	for (let i = 0; i < steps; i++) m.tri([x, 0.006, z], rim(i + 1), rim(i), hex(0x3a3836), MAT.metal);
}
