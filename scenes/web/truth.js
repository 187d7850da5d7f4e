// Per-frame ground truth from the same states and matrices that were drawn.
import { poseOf, BONES } from './actors.js';
import { rng } from './geom.js';
export function cameraTruth(e) {
	const c = e.s.camera,
		d = Math.PI / 180,
		h = c.headingDeg * d,
		t = c.tiltDeg * d,
		f = e.f,
		cx = e.W / 2,
		cy = e.H / 2;
	// world (east,north,up) -> camera (right,down,forward)
	const R = [
		[Math.cos(h), -Math.sin(h), 0],
		[-Math.sin(h) * Math.sin(t), -Math.cos(h) * Math.sin(t), -Math.cos(t)],
		[Math.sin(h) * Math.cos(t), Math.cos(h) * Math.cos(t), -Math.sin(t)]
	];
	const C = [c.x, -c.z, c.height],
		tv = R.map((r) => -(r[0] * C[0] + r[1] * C[1] + r[2] * C[2])),
		K = [
			[f, 0, cx],
			[0, f, cy],
			[0, 0, 1]
		];
	const P = R.map((r, i) => [r[0], r[1], tv[i]]),
		Hm = K.map((k) => [0, 1, 2].map((j) => k[0] * P[0][j] + k[1] * P[1][j] + k[2] * P[2][j]));
	return {
		width: e.W,
		height: e.H,
		fx: f,
		fy: f,
		cx,
		cy,
		hfovDeg: c.hfovDeg,
		vfovDeg: (2 * Math.atan(e.H / 2 / f)) / d,
		heightM: c.height,
		tiltDeg: c.tiltDeg,
		headingDeg: c.headingDeg,
		rollDeg: 0,
		positionENU: C,
		R_enu_to_cam: R,
		t: tv,
		H_ground_to_image: Hm,
		distortion: 0
	};
}
export class Truth {
	constructor(e) {
		this.e = e;
		for (const a of e.actors) {
			if (a.deco) continue;
			const m = a.model.mesh,
				q = rng(a.id * 77 + 1),
				n = m.p.length / 9,
				area = [];
			let s = 0;
			for (let i = 0; i < n; i++) {
				const p = m.p,
					o = i * 9,
					u = [p[o + 3] - p[o], p[o + 4] - p[o + 1], p[o + 5] - p[o + 2]],
					v = [p[o + 6] - p[o], p[o + 7] - p[o + 1], p[o + 8] - p[o + 2]];
				s += Math.hypot(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]);
				area.push(s);
			}
			a.smp = [];
			for (let k = 0; k < 260; k++) {
				const r = ((k + q()) / 260) * s;
				let lo = 0,
					hi = n - 1;
				while (lo < hi) {
					const md = (lo + hi) >> 1;
					if (area[md] < r) lo = md + 1;
					else hi = md;
				}
				let u = q(),
					v = q();
				if (u + v > 1) {
					u = 1 - u;
					v = 1 - v;
				}
				const o = lo * 9,
					P = (j) => m.p[o + j] * (1 - u - v) + m.p[o + 3 + j] * u + m.p[o + 6 + j] * v,
					N = (j) => m.n[o + j] * (1 - u - v) + m.n[o + 3 + j] * u + m.n[o + 6 + j] * v;
				a.smp.push([P(0), P(1), P(2), N(0), N(1), N(2), m.b[lo * 3]]);
			}
		}
	}
	frame(f, flow) {
		const e = this.e,
			W = e.W,
			H = e.H,
			w2 = W / 2,
			h2 = H / 2,
			objs = [],
			cam = e.cam.position,
			dt = 1 / e.s.fps;
		const cnt = new Map(),
			vb = new Map();
		for (let y = 0; y < h2; y++)
			for (let x = 0; x < w2; x++) {
				const id = flow[((h2 - 1 - y) * w2 + x) * 4 + 2];
				if (id > 0) {
					cnt.set(id, (cnt.get(id) || 0) + 4);
					let b = vb.get(id);
					if (!b) vb.set(id, (b = [1e9, 1e9, -1, -1]));
					if (x * 2 < b[0]) b[0] = x * 2;
					if (y * 2 < b[1]) b[1] = y * 2;
					if (x * 2 + 2 > b[2]) b[2] = x * 2 + 2;
					if (y * 2 + 2 > b[3]) b[3] = y * 2 + 2;
				}
			}
		e.actors.forEach((a, i) => {
			if (a.deco) return;
			const st = a.at(f);
			if (!st) return;
			const nx = a.at(f + 1) || st,
				pv = (f > 0 && a.at(f - 1)) || null,
				bs = poseOf(a.model, st),
				m = a.model.mesh;
			const pr = [0, 0, 0];
			let x0 = 1e9,
				y0 = 1e9,
				x1 = -1e9,
				y1 = -1e9,
				front = false;
			const ph = e.project(st.x, 1, st.z);
			if (ph[2] < 0.6) return;
			if (!cnt.has(i + 1) && (ph[0] < -300 || ph[0] > W + 300 || ph[1] < -300 || ph[1] > H + 300)) return;
			for (let j = 0; j < m.b.length; j++) {
				const b = bs[m.b[j]],
					o = j * 3,
					X = m.p[o],
					Y = m.p[o + 1],
					Z = m.p[o + 2];
				const q = e.project(
					b[0] * X + b[4] * Y + b[8] * Z + b[12],
					b[1] * X + b[5] * Y + b[9] * Z + b[13],
					b[2] * X + b[6] * Y + b[10] * Z + b[14]
				);
				if (q[2] < 0.3) continue;
				if (q[0] < x0) x0 = q[0];
				if (q[0] > x1) x1 = q[0];
				if (q[1] < y0) y0 = q[1];
				if (q[1] > y1) y1 = q[1];
			}
			if (x1 < 0 || y1 < 0 || x0 > W || y0 > H) return;
			let ff = 0,
				vis = 0;
			for (const s of a.smp) {
				const b = bs[s[6]],
					x = b[0] * s[0] + b[4] * s[1] + b[8] * s[2] + b[12],
					y = b[1] * s[0] + b[5] * s[1] + b[9] * s[2] + b[13],
					z = b[2] * s[0] + b[6] * s[1] + b[10] * s[2] + b[14],
					nX = b[0] * s[3] + b[4] * s[4] + b[8] * s[5],
					nY = b[1] * s[3] + b[5] * s[4] + b[9] * s[5],
					nZ = b[2] * s[3] + b[6] * s[4] + b[10] * s[5];
				if (nX * (cam.x - x) + nY * (cam.y - y) + nZ * (cam.z - z) <= 0) continue;
				ff++;
				const q = e.project(x, y, z);
				const u = Math.floor(q[0] / 2),
					v = Math.floor(q[1] / 2);
				if (u < 0 || v < 0 || u >= w2 || v >= h2) continue;
				let hit = false;
				for (let dy = -1; dy <= 1 && !hit; dy++)
					for (let dx = -1; dx <= 1; dx++) {
						const uu = u + dx,
							vv = v + dy;
						if (uu < 0 || vv < 0 || uu >= w2 || vv >= h2) continue;
						if (flow[((h2 - 1 - vv) * w2 + uu) * 4 + 2] === i + 1) {
							hit = true;
							break;
						}
					}
				if (hit) vis++;
			}
			const r = (v) => Math.round(v * 100) / 100,
				cl = (v, a, b) => Math.max(a, Math.min(b, v));
			const px = cnt.get(i + 1) || 0;
			const p0 = pv || st,
				p1 = a.at(f + 1) || st,
				k = (pv ? 1 : 0) + (a.at(f + 1) ? 1 : 0) || 1;
			const g = e.project(st.x, st.y || 0, st.z);
			objs.push({
				id: a.id,
				cls: a.cls,
				sub: a.sub,
				role: a.role,
				box: [x0, y0, x1, y1].map(r),
				clip: [cl(x0, 0, W), cl(y0, 0, H), cl(x1, 0, W), cl(y1, 0, H)].map(r),
				visBox: px ? vb.get(i + 1) : null,
				px,
				vis: ff ? r(Math.min(1, vis / ff)) : 0,
				foot: [r(g[0]), r(g[1])],
				pos: [r(st.x), r(-st.z)],
				vel: [
					Math.round(((p1.x - p0.x) / (k * dt)) * 1000) / 1000,
					Math.round((-(p1.z - p0.z) / (k * dt)) * 1000) / 1000
				],
				yaw: r((((90 - (st.yaw * 180) / Math.PI) % 360) + 360) % 360),
				size: a.model.size.map(r)
			});
		});
		return { f, t: Math.round(f * dt * 1000) / 1000, objs };
	}
	grid(f, flow, step = 8) {
		const e = this.e,
			w2 = e.W / 2,
			h2 = e.H / 2,
			out = [];
		for (let y = step / 2; y < e.H; y += step)
			for (let x = step / 2; x < e.W; x += step) {
				const o = ((h2 - 1 - (y >> 1)) * w2 + (x >> 1)) * 4,
					id = flow[o + 2];
				if (id > 0) {
					const a = e.actors[id - 1];
					if (a.deco || !isFinite(flow[o])) continue;
					out.push([x, y, Math.round(flow[o] * 100) / 100, Math.round(flow[o + 1] * 100) / 100, a.id]);
				}
			}
		return { f, step, pts: out };
	}
}
