// Cars and vans: a body lofted through 61 cross sections, wheels on bones of their own. x forward, y up, z right.
import { Mesh, MAT, hex } from './geom.js';

const WHEEL_RADIUS = 0.33;
const GLASS = [[0.012, 0.015, 0.018], MAT.carglass];
const DARK = hex(0x17191c);
const BLACK_PLASTIC = [[0.01, 0.01, 0.01], MAT.rubber];

// Metres; x forward from the middle. roofline: the side view's upper outline; beltline: height where the windows begin;
// pillars: x of the two pillars between the side windows; glassSpan: x from the last to the first side window.
const BODIES = {
	hatch: {
		length: 4.25,
		height: 1.47,
		width: 1.79,
		axles: [1.33, -1.28],
		roofline: [
			[-2.125, 0.62],
			[-2.1, 0.86],
			[-2.03, 1.0],
			[-1.86, 1.16],
			[-1.55, 1.38],
			[-1.1, 1.45],
			[-0.4, 1.47],
			[0.1, 1.43],
			[0.45, 1.33],
			[1.05, 0.99],
			[1.15, 0.96],
			[1.75, 0.86],
			[1.98, 0.77],
			[2.08, 0.66],
			[2.125, 0.5]
		],
		beltline: 0.94,
		pillars: [-0.18, -1.22],
		glassSpan: [-1.5, 0.95]
	},
	sedan: {
		length: 4.7,
		height: 1.44,
		width: 1.82,
		axles: [1.42, -1.4],
		roofline: [
			[-2.35, 0.62],
			[-2.32, 0.88],
			[-2.2, 1.0],
			[-1.75, 1.04],
			[-1.6, 1.07],
			[-1.0, 1.33],
			[-0.7, 1.41],
			[-0.2, 1.44],
			[0.2, 1.42],
			[0.5, 1.34],
			[1.12, 0.99],
			[1.22, 0.95],
			[1.9, 0.85],
			[2.2, 0.74],
			[2.3, 0.64],
			[2.35, 0.48]
		],
		beltline: 0.93,
		pillars: [-0.12, -0.98],
		glassSpan: [-1.45, 1.02]
	},
	suv: {
		length: 4.55,
		height: 1.68,
		width: 1.87,
		axles: [1.38, -1.34],
		roofline: [
			[-2.275, 0.66],
			[-2.25, 1.0],
			[-2.16, 1.2],
			[-1.98, 1.48],
			[-1.75, 1.62],
			[-1.2, 1.67],
			[-0.3, 1.68],
			[0.15, 1.63],
			[0.45, 1.53],
			[1.0, 1.14],
			[1.12, 1.09],
			[1.85, 1.0],
			[2.12, 0.88],
			[2.22, 0.72],
			[2.275, 0.55]
		],
		beltline: 1.07,
		pillars: [-0.15, -1.15],
		glassSpan: [-1.85, 0.9]
	},
	van: {
		length: 5.2,
		height: 2.15,
		width: 1.97,
		axles: [1.72, -1.5],
		roofline: [
			[-2.6, 0.6],
			[-2.59, 1.9],
			[-2.5, 2.1],
			[-2.2, 2.14],
			[0.4, 2.15],
			[0.85, 2.1],
			[1.15, 1.95],
			[1.85, 1.22],
			[1.95, 1.16],
			[2.4, 1.0],
			[2.53, 0.82],
			[2.6, 0.55]
		],
		beltline: 1.2,
		pillars: [0.32, 0.3],
		glassSpan: [0.36, 1.6],
		van: true
	}
};

/** Height of a roofline at x, straight between its points. */
function heightAt(roofline, x) {
	if (x <= roofline[0][0]) return roofline[0][1];
	for (let i = 1; i < roofline.length; i++) {
		const [[a, b], [c, d]] = [roofline[i - 1], roofline[i]];
		if (x <= c) return b + (d - b) * ((x - a) / (c - a));
	}
	return roofline[roofline.length - 1][1];
}

/** Cross section at x, from the floor's middle up the right side and down the left: 24 points. */
function crossSection(body, x) {
	const e = Math.abs(x) / (body.length / 2);
	const top = heightAt(body.roofline, x);
	const rounding = Math.sqrt(Math.max(0, 1 - Math.pow(e, body.van ? 16 : 7)));
	const w = (body.width / 2) * (0.8 + 0.2 * rounding) * (body.van ? 1 : 1 - 0.05 * e * e);
	const belt = Math.min(body.beltline - (0.03 * x) / (body.length / 2), top - 0.02);
	const glass = Math.max(0, top - belt - 0.04);
	const roof = Math.max(0.3, w - (body.van ? 0.1 : 0.26) * Math.min(1, glass / 0.45) - 0.06);
	const floor = 0.2 + 0.1 * Math.pow(e, 8);
	const window = (share, height) => [w * 0.95 + (roof - w * 0.95) * share, belt + glass * height];
	const half = [
		[0, floor],
		[w * 0.86, floor],
		[w * 0.96, floor + 0.07],
		[w * 0.995, floor + 0.22],
		[w, (floor + belt) / 2 + 0.06],
		[w * 0.985, belt - 0.05],
		[w * 0.955, belt],
		window(0.08, 0.1),
		window(0.5, 0.52),
		window(0.9, 0.86),
		[roof - 0.03, top - 0.025],
		[roof * 0.82, top],
		[0, top + 0.025]
	];
	const mirrored = half.slice(1, -1).reverse();
	return [...half.map(([z, y]) => [x, y, z]), ...mirrored.map(([z, y]) => [x, y, -z])];
}

/** Says colour and material of a body face: `side` counts round the cross section, `middle` is the face's centre. */
function faceOf(body, paint, lights) {
	const half = body.length / 2;
	const seams = [0.42 * half, ...body.pillars];
	const roofAt = (x) => heightAt(body.roofline, x);
	return (_, side, [x, y, z]) => {
		const up = side < 12 ? side : 23 - side;
		const across = Math.abs(z);
		const slope = Math.abs(roofAt(x + 0.05) - roofAt(x - 0.05)) / 0.1;
		const inWheelArch = body.axles.some((axle) => Math.hypot(x - axle, y - WHEEL_RADIUS) < 0.405);
		if (up >= 1 && up < 6 && inWheelArch) return [[0.004, 0.004, 0.004], MAT.rubber];
		if (up <= 1) return BLACK_PLASTIC;
		if (isSideWindow(body, up, x, roofAt(x))) return GLASS;
		const isScreen = up >= 10 && slope > 0.3 && y > body.beltline + 0.02 && Math.abs(x) < half * 0.93;
		if (isScreen && roofAt(x) > body.beltline + 0.06 && !(body.van && x < 0))
			return across > body.width * 0.37 ? [paint, MAT.paint] : GLASS;
		if (x > half - 0.3) {
			const headlight = y > 0.468 * body.height && y < 0.6 * body.height && across > body.width * 0.27;
			if (headlight && up <= 6) return lights ? [[3, 2.9, 2.6], MAT.glow] : [[0.75, 0.78, 0.8], MAT.carglass];
			if (x > half - 0.2 && y < 0.46 * body.height && y > 0.24 && across < body.width * 0.3)
				return BLACK_PLASTIC;
		}
		if (isTailLight(body, up, x, y, across)) return [[0.42, 0.012, 0.012], MAT.carglass];
		if ((x < -half + 0.1 && y < 0.45) || (up === 2 && Math.abs(x) < half * 0.7)) return [DARK, MAT.rubber];
		if (up >= 3 && up <= 5 && seams.some((s) => Math.abs(x - s) < 0.022))
			return [paint.map((v) => v * 0.35), MAT.paint];
		return [paint, MAT.paint];
	};
}

function isSideWindow(body, up, x, roof) {
	const [rear, front] = body.glassSpan;
	const [a, b] = body.pillars;
	const atPillar = Math.abs(x - a) < 0.05 || Math.abs(x - b) < 0.06;
	return (up === 7 || up === 8) && roof > body.beltline + 0.2 && x > rear && x < front && !atPillar;
}

function isTailLight(body, up, x, y, across) {
	const [low, high] = body.van ? [0.75, 1.25] : [0.533 * body.height, 0.67 * body.height];
	const inset = body.width * (body.van ? 0.41 : 0.29);
	return x < -body.length / 2 + 0.24 && y > low && y < high && across > inset && up <= 7;
}

function fittings(m, body, paint) {
	const [front, rear, side] = [body.length / 2, -body.length / 2, body.width / 2];
	const plate = 0.54 * body.height;
	m.box(front - 0.01, 0.42, -0.26, front + 0.015, 0.53, 0.26, [0.7, 0.7, 0.66], MAT.plain);
	m.box(rear - 0.015, plate, -0.26, rear + 0.02, plate + 0.11, 0.26, [0.7, 0.7, 0.62], MAT.plain);
	// Mirrors and door handles, each drawn from the inside of the panel outwards.
	const onBothSides = (x0, y0, x1, y1, inside, outside, colour) => {
		m.box(x0, y0, side - inside, x1, y1, side + outside, colour, MAT.paint);
		m.box(x0, y0, -side - outside, x1, y1, -side + inside, colour, MAT.paint);
	};
	const mirror = body.glassSpan[1] - 0.32;
	onBothSides(mirror, body.beltline + 0.02, mirror + 0.16, body.beltline + 0.15, 0.06, 0.14, paint);
	if (body.van) return;
	const shade = paint.map((v) => v * 0.5);
	for (const x of [body.pillars[0] + 0.12, body.pillars[1] + 0.14])
		onBothSides(x - 0.09, body.beltline - 0.14, x + 0.09, body.beltline - 0.115, 0.02, 0.012, shade);
}

/**
 * A car model; bone 0 is the body, bones 1 to 4 the wheels (front first, left before right).
 * @param {'hatch' | 'sedan' | 'suv' | 'van'} kind
 * @param {number} color sRGB
 * @param {{lights?: boolean, taxi?: boolean}} look
 */
export function car(kind, color, look = {}) {
	const body = BODIES[kind];
	const paint = hex(color);
	const m = new Mesh();
	const stations = Array.from({ length: 61 }, (_, i) => {
		const t = (i / 60) * 2 - 1;
		return (body.length / 2) * Math.sign(t) * Math.pow(Math.abs(t), 0.82);
	});
	m.loft(
		stations.map((x) => crossSection(body, x)),
		faceOf(body, paint, look.lights)
	);
	fittings(m, body, paint);
	if (look.taxi) {
		const y = body.height + 0.01;
		m.box(-0.35, y, -0.28, -0.1, y + 0.14, 0.28, [0.9, 0.75, 0.2], MAT.plain);
	}
	const hubs = body.axles.flatMap((x) => [-1, 1].map((s) => [x, WHEEL_RADIUS, s * (body.width / 2 - 0.11)]));
	hubs.forEach((hub, i) => {
		m.bone = 1 + i;
		m.disc(hub, WHEEL_RADIUS, 0.11, [0.012, 0.012, 0.013], MAT.rubber, [0.45, 0.46, 0.48], 0.205);
	});
	return {
		mesh: m,
		size: [body.length, body.width, body.height],
		pose: 'car',
		hubs,
		wheelRadius: WHEEL_RADIUS
	};
}
