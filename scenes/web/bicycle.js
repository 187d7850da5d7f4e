// A bicycle under its rider: frame, wheels on bones of their own, saddle, and a delivery box if asked for.
import { MAT } from './geom.js';
import { BONE, BICYCLE } from './skeleton.js';

const BLACK = [0.03, 0.03, 0.032];
const STEEL = [0.5, 0.5, 0.52];

/** Adds a bicycle to a rider's mesh; colours are linear, `box` may be missing. */
export function addBicycle(m, { paint, box }) {
	m.bone = BONE.frontWheel;
	wheel(m, BICYCLE.frontHub);
	m.bone = BONE.rearWheel;
	wheel(m, BICYCLE.rearHub);
	m.bone = BONE.frame;
	frame(m, paint);
	saddle(m);
	if (box) m.box(-0.78, 0.78, -0.22, -0.34, 1.2, 0.22, box, MAT.plain);
}

function wheel(m, hub) {
	const r = BICYCLE.wheelRadius;
	m.hoop(hub, r - 0.018, 0.018, BLACK, MAT.rubber);
	m.hoop(hub, r - 0.045, 0.01, STEEL, MAT.metal);
	for (let i = 0; i < 8; i++) {
		const a = (i / 8) * Math.PI * 2;
		const rim = [hub[0] + (r - 0.05) * Math.cos(a), hub[1] + (r - 0.05) * Math.sin(a), 0];
		m.bar(hub, rim, 0.004, [0.4, 0.4, 0.4], MAT.metal, 3);
	}
}

function frame(m, paint) {
	const { crank } = BICYCLE;
	const tube = (a, b, radius = 0.018, color = paint) => m.bar(a, b, radius, color, MAT.paint, 7);
	tube([-0.12, 0.84, 0], [0.36, 0.86, 0]);
	tube(crank, [0.38, 0.78, 0], 0.021);
	tube(crank, [-0.14, 0.92, 0]);
	tube([0.34, 1.0, 0], [0.4, 0.74, 0], 0.02);
	for (const s of [-1, 1]) {
		const rear = [-0.5, BICYCLE.wheelRadius, s * 0.05];
		tube(rear, [-0.12, 0.82, s * 0.02], 0.011);
		tube(rear, [0.02, 0.29, s * 0.04], 0.012);
		tube([0.4, 0.74, s * 0.05], [0.53, BICYCLE.wheelRadius, s * 0.05], 0.013);
	}
	tube([0.38, 1.02, -0.27], [0.38, 1.02, 0.27], 0.013, BLACK);
	m.disc([crank[0], crank[1], 0.06], 0.09, 0.006, BLACK, MAT.metal, BLACK, 0.05);
}

function saddle(m) {
	const rings = [
		[-0.3, 0.955, 0, 0.02, 0.07],
		[-0.2, 0.965, 0, 0.025, 0.075],
		[-0.05, 0.965, 0, 0.02, 0.03],
		[0, 0.955, 0, 0.012, 0.02]
	];
	m.tube(rings, 8, BLACK, MAT.rubber, 'x');
}
