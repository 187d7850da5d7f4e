// Fixed-camera renderer: bakes the static scene once (many sky/sun samples), then draws only what moves.
import * as T from 'three';
import * as SH from './shaders.js';
import { BONES } from './skeleton.js';
import { poseOf } from './poses.js';
const V = (x, y, z) => new T.Vector3(x, y, z);
/** Boxes that stop headlights as a flat list of low and high corners. */
const occluderCorners = (boxes = []) => boxes.flat().map((corner) => V(...corner));

export class Engine {
	constructor(scene, W, H) {
		this.s = scene;
		this.W = W;
		this.H = H;
		const r = (this.r = new T.WebGLRenderer({ antialias: false, preserveDrawingBuffer: true }));
		r.setSize(16, 16, false);
		r.autoClear = false;
		r.outputColorSpace = T.LinearSRGBColorSpace;
		r.getContext().getExtension('EXT_color_buffer_float');
		r.getContext().getExtension('EXT_float_blend');
		const c = scene.camera,
			tl = (c.tiltDeg * Math.PI) / 180,
			hd = (c.headingDeg * Math.PI) / 180;
		this.f = W / 2 / Math.tan((c.hfovDeg * Math.PI) / 360);
		const cam = (this.cam = new T.PerspectiveCamera(
			(2 * Math.atan(H / 2 / this.f) * 180) / Math.PI,
			W / H,
			0.5,
			220
		));
		cam.position.set(c.x, c.height, c.z);
		cam.lookAt(c.x + Math.sin(hd) * Math.cos(tl), c.height - Math.sin(tl), c.z - Math.cos(hd) * Math.cos(tl));
		cam.updateMatrixWorld(true);
		cam.updateProjectionMatrix();
		this.vp = new T.Matrix4().multiplyMatrices(cam.projectionMatrix, cam.matrixWorldInverse);
		this.sc = new T.Scene();
		this.sc.matrixWorldAutoUpdate = false;
		this.dummy = new T.Camera();
		const L = scene.light;
		this.keys = [0, 1].map((i) => L.keys[i] || { dir: [0, 1, 0], color: [0, 0, 0], off: true });
		const lm = this.keys.map((k) => this.lightMat(k, [0, 0]));
		this.lm = lm;
		this.U = {
			vp: { value: this.vp },
			jit: { value: new T.Vector2() },
			cam: { value: cam.position.clone() },
			lm0: { value: lm[0].m },
			lm1: { value: lm[1].m },
			lp0: { value: lm[0].p },
			lp1: { value: lm[1].p },
			ls0: { value: lm[0].s },
			ls1: { value: lm[1].s },
			lc0: { value: V(...this.keys[0].color) },
			lc1: { value: V(...this.keys[1].color) },
			envUp: { value: V(...L.envUp) },
			envHor: { value: V(...L.envHor) },
			envLow: { value: V(...L.envLow) },
			nh: { value: 0 },
			hp: { value: Array.from({ length: 8 }, () => new T.Vector4()) },
			hd: { value: Array.from({ length: 8 }, () => new T.Vector4()) },
			hc: { value: Array.from({ length: 8 }, () => V(0, 0, 0)) },
			oc: { value: occluderCorners(scene.occluders) },
			inten: { value: new T.Vector2(1, 1) }
		};
		this.qgeo = new T.BufferGeometry();
		this.qgeo.setAttribute(
			'position',
			new T.BufferAttribute(new Float32Array([-1, -1, 0, 3, -1, 0, -1, 3, 0]), 3)
		);
		const rt = (w, h, o = {}) =>
			new T.WebGLRenderTarget(w, h, {
				minFilter: T.NearestFilter,
				magFilter: T.NearestFilter,
				type: T.FloatType,
				depthBuffer: true,
				generateMipmaps: false,
				...o
			});
		this.rt = rt;
		this.bake4 = rt(W, H, { count: 4 });
		this.gb = rt(W, H, { count: 2 });
		const smap = () => {
			const n = 2048,
				t = rt(n, n, { type: T.UnsignedByteType });
			t.depthTexture = new T.DepthTexture(n, n, T.FloatType);
			t.depthTexture.compareFunction = T.LessEqualCompare;
			t.depthTexture.minFilter = t.depthTexture.magFilter = T.LinearFilter;
			return t;
		};
		this.smS = smap();
		this.sd = [smap(), smap()];
		this.ss = [smap(), smap()];
		this.hdr = rt(W, H, {
			type: T.UnsignedByteType,
			samples: 4,
			minFilter: T.LinearFilter,
			magFilter: T.LinearFilter
		});
		this.rfl = rt(W / 2, H / 2, {
			type: T.HalfFloatType,
			minFilter: T.LinearFilter,
			magFilter: T.LinearFilter
		});
		this.aoT = rt(W / 4, H / 4, {
			type: T.UnsignedByteType,
			depthBuffer: false,
			minFilter: T.LinearFilter,
			magFilter: T.LinearFilter
		});
		this.out = rt(W, H, { type: T.UnsignedByteType, depthBuffer: false });
		this.flowT = rt(W / 2, H / 2);
		this.bl = [0, 1].map(() =>
			rt(W / 4, H / 4, {
				type: T.HalfFloatType,
				depthBuffer: false,
				minFilter: T.LinearFilter,
				magFilter: T.LinearFilter
			})
		);
		this.px = new Uint8Array(W * H * 4);
		this.fx = new Float32Array(W * H);
	}
	lightMat(k, j, spread) {
		const m = new T.Matrix4(),
			c = this.s.light.center || [0, 0, 0],
			R = this.s.light.radius || 40;
		let cam,
			p,
			s = new T.Vector4(0, -1, 0, -1);
		if (k.pos) {
			cam = new T.PerspectiveCamera(k.fov || 130, 1, 0.3, 60);
			const q = [k.pos[0] + j[0] * (k.size || 0.15), k.pos[1], k.pos[2] + j[1] * (k.size || 0.15)];
			cam.position.set(...q);
			cam.up.set(0, 0, -1);
			const a = k.aim || [k.pos[0], 0, k.pos[2] + 0.001];
			cam.lookAt(...a);
			p = new T.Vector4(...q, 1);
			const d = V(...a)
				.sub(V(...k.pos))
				.normalize();
			s = new T.Vector4(d.x, d.y, d.z, k.cos ?? 0.1);
		} else {
			const d = V(...k.dir).normalize(),
				u = V(0, 1, 0).cross(d).normalize(),
				w = d.clone().cross(u);
			d.addScaledVector(u, j[0] * (k.size || 0))
				.addScaledVector(w, j[1] * (k.size || 0))
				.normalize();
			cam = new T.OrthographicCamera(-R, R, R, -R, 1, R * 4);
			cam.position.set(c[0] + d.x * R * 2, c[1] + d.y * R * 2, c[2] + d.z * R * 2);
			if (Math.abs(d.y) > 0.98) cam.up.set(0, 0, -1);
			cam.lookAt(...c);
			p = new T.Vector4(d.x, d.y, d.z, 0);
		}
		cam.updateMatrixWorld(true);
		cam.updateProjectionMatrix();
		m.multiplyMatrices(cam.projectionMatrix, cam.matrixWorldInverse);
		return { m, p, s };
	}
	mat(vs, fs, u, o = {}, def = {}) {
		return new T.RawShaderMaterial({
			glslVersion: T.GLSL3,
			vertexShader: vs,
			fragmentShader: fs,
			uniforms: u,
			defines: { MIR: '1.0', ...def },
			side: T.DoubleSide,
			...o
		});
	}
	family(...a) {
		const by = new Map();
		const [vs, fs, u, o, def] = a;
		return {
			uniforms: u,
			fragmentShader: fs,
			byMat: (k) => {
				if (!by.has(k)) by.set(k, this.mat(vs, fs, u, o, { ...def, MATID: k }));
				return by.get(k);
			}
		};
	}
	geo(ms) {
		// weld identical vertices, group triangles by material, remember each actor's run inside each group
		const tot = ms.reduce((s, m) => s + m.mesh.p.length / 3, 0),
			p = new Float32Array(tot * 3),
			q = new Float32Array(tot * 3),
			c = new Float32Array(tot * 4),
			b = new Float32Array(tot * 2),
			by = new Map();
		let n = 0;
		ms.forEach((a, i) => {
			const m = a.mesh,
				k = m.b.length,
				seen = new Map(),
				id = new Uint32Array(k);
			for (let v = 0; v < k; v++) {
				const key =
					Math.round(m.p[v * 3] * 2e3) +
					',' +
					Math.round(m.p[v * 3 + 1] * 2e3) +
					',' +
					Math.round(m.p[v * 3 + 2] * 2e3) +
					',' +
					Math.round(m.n[v * 3] * 50) +
					',' +
					Math.round(m.n[v * 3 + 1] * 50) +
					',' +
					Math.round(m.n[v * 3 + 2] * 50) +
					',' +
					m.c[v * 4] +
					',' +
					m.c[v * 4 + 1] +
					',' +
					m.c[v * 4 + 2] +
					',' +
					m.c[v * 4 + 3] +
					',' +
					m.b[v];
				let w = seen.get(key);
				if (w === undefined) {
					w = n++;
					seen.set(key, w);
					for (let d = 0; d < 3; d++) {
						p[w * 3 + d] = m.p[v * 3 + d];
						q[w * 3 + d] = m.n[v * 3 + d];
					}
					for (let d = 0; d < 4; d++) c[w * 4 + d] = m.c[v * 4 + d];
					b[w * 2] = m.b[v];
					b[w * 2 + 1] = i;
				}
				id[v] = w;
			}
			for (let t = 0; t < k; t += 3) {
				const mt = m.c[t * 4 + 3];
				if (!by.has(mt)) by.set(mt, []);
				const g = by.get(mt);
				let L = g[g.length - 1];
				if (!L || L.i !== i) g.push((L = { i, l: [] }));
				L.l.push(id[t], id[t + 1], id[t + 2]);
			}
		});
		const g = new T.BufferGeometry(),
			A = (k, a, s) => g.setAttribute(k, new T.BufferAttribute(a.subarray(0, n * s), s));
		A('position', p, 3);
		A('normal', q, 3);
		A('color', c, 4);
		A('bone', b, 2);
		g.runs = [...by].map(([mat, l]) => ({ mat, l: l.map((x) => ({ i: x.i, ix: new Uint32Array(x.l) })) }));
		g.ix = new Uint32Array(tot);
		g.setIndex(new T.BufferAttribute(g.ix, 1));
		this.select(g, () => true);
		return g;
	}
	select(g, ok) {
		let w = 0;
		g.mats = [];
		for (const r of g.runs) {
			const s = w;
			for (const x of r.l)
				if (ok(x.i)) {
					g.ix.set(x.ix, w);
					w += x.ix.length;
				}
			if (w > s) g.mats.push({ mat: r.mat, start: s, count: w - s });
		}
		g.total = w;
		g.setDrawRange(0, w);
		g.index.clearUpdateRanges?.();
		g.index.addUpdateRange?.(0, w);
		g.index.needsUpdate = true;
	}
	draw(target, geo, mat, { clear = false, color = true, depth = true } = {}) {
		const r = this.r;
		const m = this._m || (this._m = new T.Mesh(geo, mat));
		m.geometry = geo;
		m.material = mat;
		m.frustumCulled = false;
		if (!m.parent) this.sc.add(m);
		r.setRenderTarget(target);
		if (clear) r.clear(color, depth, false);
		if (mat.byMat) {
			for (const q of geo.mats) {
				geo.setDrawRange(q.start, q.count);
				m.material = mat.byMat(q.mat);
				r.render(this.sc, this.dummy);
			}
			geo.setDrawRange(0, geo.total);
			return;
		}
		r.render(this.sc, this.dummy);
		if (this.dbg) {
			const e = r.getContext().getError();
			if (e) this.dbg('GLERR ' + e + ' ' + mat.fragmentShader.slice(-160));
		}
	}
	bakeStatic(mesh, N, log) {
		const t0 = performance.now(),
			U = this.U,
			g = (this.sgeo = this.geo([{ mesh }])),
			L = this.s.light;
		const md = this.mat(
			SH.VERT,
			SH.FS_DEPTH,
			{ vp: { value: new T.Matrix4() }, jit: { value: new T.Vector2() } },
			{ colorWrite: false }
		);
		const main = this.mat(SH.VERT, SH.FS_DEPTH, { vp: U.vp, jit: U.jit }, { colorWrite: false });
		const shadow = (t, m) => {
			md.uniforms.vp.value = m;
			this.draw(t, g, md, { clear: true });
		};
		this.shadowMat = md;
		this.keys.forEach((k, i) => {
			if (!k.off) shadow(this.ss[i], this.lm[i].m);
			else
				for (const t of [this.ss[i], this.sd[i]]) {
					this.r.setRenderTarget(t);
					this.r.clear();
				}
		});
		this.draw(this.gb, g, this.mat(SH.VERT, SH.FS_GBUF, { vp: U.vp, jit: { value: new T.Vector2() } }), {
			clear: true
		});
		const b = this.family(
			SH.VERT,
			SH.FS_BAKE,
			{
				...U,
				jit: U.jit,
				wgt: { value: 1 / N },
				sm0: { value: this.sd[0].depthTexture },
				sm1: { value: this.sd[1].depthTexture },
				smS: { value: this.smS.depthTexture },
				lmS: { value: new T.Matrix4() },
				skyD: { value: V(0, 1, 0) },
				skyC: { value: V(1, 1, 1) },
				amb: { value: V(...L.ambient) },
				beam: { value: new T.Vector2() },
				lm0: { value: null },
				lm1: { value: null },
				lp0: { value: null },
				lp1: { value: null }
			},
			{
				blending: T.CustomBlending,
				blendSrc: T.OneFactor,
				blendDst: T.OneFactor,
				blendEquation: T.AddEquation,
				depthFunc: T.EqualDepth,
				depthWrite: false
			}
		);
		this.r.setClearColor(0, 0);
		this.r.setRenderTarget(this.bake4);
		this.r.clear();
		const hal = (i, b) => {
			let f = 1,
				r = 0;
			while (i > 0) {
				f /= b;
				r += f * (i % b);
				i = Math.floor(i / b);
			}
			return r;
		};
		for (let i = 0; i < N; i++) {
			const z = 0.06 + 0.94 * hal(i + 1, 2),
				a = 2 * Math.PI * hal(i + 1, 3),
				q = Math.sqrt(1 - z * z),
				d = V(q * Math.cos(a), z, q * Math.sin(a));
			const sl = this.lightMat({ dir: [d.x, d.y, d.z] }, [0, 0]);
			shadow(this.smS, sl.m);
			const jr = Math.sqrt(hal(i + 1, 5)),
				ja = 2 * Math.PI * hal(i + 1, 7),
				lj = [jr * Math.cos(ja), jr * Math.sin(ja)];
			this.keys.forEach((k, n) => {
				const l = this.lightMat(k, lj);
				if (!k.off) shadow(this.sd[n], l.m);
				b.uniforms['lm' + n].value = l.m;
				b.uniforms['lp' + n].value = l.p;
			});
			const u = b.uniforms;
			u.lmS.value = sl.m;
			u.skyD.value.copy(d);
			const sc = L.sky(d.x, d.y, d.z);
			u.skyC.value.set(...sc);
			U.jit.value.set(
				((hal(i + 1, 11) * 1.3 - 0.65) * 2) / this.W,
				((hal(i + 1, 13) * 1.3 - 0.65) * 2) / this.H
			);
			this.draw(this.bake4, g, main, { clear: true, color: false });
			this.draw(this.bake4, g, b);
			if (i % 8 === 7) {
				this.r.getContext().finish();
			}
		}
		U.jit.value.set(0, 0);
		this.bakeMs = performance.now() - t0;
	}
	get width() {
		return this.W;
	}
	get height() {
		return this.H;
	}
	get scene() {
		return this.s;
	}
	get eye() {
		return this.cam.position;
	}
	finish() {
		this.r.readRenderTargetPixels(this.out, 0, 0, 1, 1, new Uint8Array(4));
	}
	setActors(list) {
		const actors = list.map((actor, i) => ({ ...actor, id: actor.deco ? 0 : i + 1 }));
		this.actors = actors;
		for (const a of actors) {
			const z = a.model.size;
			a.rad = a.deco || a.model.pose === 'custom' ? 1e3 : Math.max(...z) * 0.75 + 0.4;
		}
		const h = Math.max(1, actors.length);
		this.dgeo = this.geo(actors.map((a) => a.model));
		this.bd = [0, 1].map(() => new Float32Array(BONES * 16 * h));
		this.bt = this.bd.map((d) => {
			const t = new T.DataTexture(d, BONES * 4, h, T.RGBAFormat, T.FloatType);
			t.minFilter = t.magFilter = T.NearestFilter;
			return t;
		});
		const U = this.U,
			t = (x) => ({ value: x });
		const ND = {
				NK: this.keys[1].off ? 1 : 2,
				...(this.s.headlights ? { NH: 1 } : {}),
				...(this.s.occluders ? { NOC: this.s.occluders.length } : {}),
				...(this.s.light.mirror ? { MIRRORED: 1 } : {})
			},
			D = { DYN: 1, ...ND };
		U.expo = t(this.s.post.expo);
		U.tint = t(V(...(this.s.post.tint || [1, 1, 1])));
		const dynU = {
			...U,
			bones: t(this.bt[0]),
			sm0: t(this.sd[0].depthTexture),
			sm1: t(this.sd[1].depthTexture),
			st0: t(this.ss[0].depthTexture),
			st1: t(this.ss[1].depthTexture),
			g0: t(this.gb.textures[0]),
			res: t(new T.Vector2(this.W, this.H)),
			skyUp: t(V(...this.s.light.skyUp)),
			skyDn: t(V(...this.s.light.skyDn)),
			mir: t(1)
		};
		this.mDyn = this.family(SH.VERT, SH.FS_DYN, dynU, { depthFunc: T.EqualDepth, depthWrite: false }, D);
		this.mPre = this.mat(
			SH.VERT,
			SH.FS_PRE,
			{ vp: U.vp, jit: U.jit, bones: dynU.bones, g0: dynU.g0 },
			{ colorWrite: false },
			D
		);
		this.mDynR = this.family(
			SH.VERT,
			SH.FS_DYN,
			{ ...dynU, mir: t(-1), res: t(new T.Vector2(this.W / 2, this.H / 2)) },
			{},
			{ ...D, MIR: '-1.0' }
		);
		this.mSh = this.mat(
			SH.VERT,
			SH.FS_DEPTH,
			{ vp: t(null), jit: t(new T.Vector2()), bones: t(this.bt[0]) },
			{ colorWrite: false },
			D
		);
		this.mFlow = this.mat(
			SH.VERT,
			SH.FS_FLOW,
			{
				vp: U.vp,
				jit: t(new T.Vector2()),
				bones: t(this.bt[0]),
				bones2: t(this.bt[1]),
				g0: t(this.gb.textures[0]),
				res: t(new T.Vector2(this.W / 2, this.H / 2)),
				full: t(new T.Vector2(this.W, this.H))
			},
			{},
			{ ...D, FLOW: 1 }
		);
		const b = this.bake4.textures,
			Q = { depthTest: false, depthWrite: false };
		this.mAO = this.mat(
			SH.QUAD,
			SH.FS_AO,
			{
				g0: t(this.gb.textures[0]),
				box: t(Array.from({ length: 96 }, () => new T.Vector4())),
				hs: t(Array.from({ length: 96 }, () => new T.Vector4())),
				nb: t(0)
			},
			Q
		);
		this.mBG = this.mat(
			SH.QUAD,
			SH.FS_BG,
			{
				...U,
				sm0: dynU.sm0,
				sm1: dynU.sm1,
				b0: t(b[0]),
				b1: t(b[1]),
				b2: t(b[2]),
				b3: t(b[3]),
				g0: t(this.gb.textures[0]),
				g1: t(this.gb.textures[1]),
				ao: t(this.aoT.texture),
				rfl: t(this.rfl.texture),
				mirror: t(this.s.light.mirror || 0)
			},
			Q,
			ND
		);
		const P = this.s.post;
		this.mPost = this.mat(
			SH.QUAD,
			SH.FS_POST,
			{
				src: t(this.hdr.texture),
				blm: t(this.bl[1].texture),
				res: t(new T.Vector2(this.W, this.H)),
				noise: t(P.noise),
				frame: t(0),
				sat: t(P.sat ?? 1),
				bloom: t(P.bloom || 0),
				vig: t(P.vig ?? 0.35)
			},
			Q
		);
		this.mB1 = this.mat(
			SH.QUAD,
			SH.FS_BLOOM,
			{ src: t(this.hdr.texture), dir: t(new T.Vector2(4 / this.W, 0)), thr: t(P.thr || 1) },
			Q
		);
		this.mB2 = this.mat(
			SH.QUAD,
			SH.FS_BLOOM,
			{ src: t(this.bl[0].texture), dir: t(new T.Vector2(0, 4 / this.H)), thr: t(0) },
			Q
		);
	}
	setBones(k, f) {
		const d = this.bd[k];
		d.fill(0);
		this.actors.forEach((a, i) => {
			const st = a.at(f);
			if (!st) return;
			const bs = poseOf(a.model, st);
			for (let j = 0; j < bs.length; j++) d.set(bs[j], (i * BONES + j) * 16);
		});
		this.bt[k].needsUpdate = true;
	}
	seen(st, rad) {
		const q = this.project(st.x, (st.y || 0) + 0.8, st.z),
			R = (rad * this.f) / Math.max(0.3, q[2]);
		return rad > 100 || (q[2] > -rad && q[0] > -R && q[0] < this.W + R && q[1] > -R && q[1] < this.H + R);
	}
	tick(k) {
		if (!this.prof) return;
		const b = new Float32Array(4);
		this.r.readRenderTargetPixels(this.flowT, 0, 0, 1, 1, b);
		const t = performance.now();
		this.prof[k] = (this.prof[k] || 0) + t - this.tl;
		this.tl = t;
	}
	frame(f) {
		const U = this.U,
			r = this.r,
			s = this.s;
		this.setBones(0, f);
		this.setBones(1, f + 1);
		if (this.prof) this.tl = performance.now();
		const act = this.actors.map((a) => a.at(f));
		this.select(this.dgeo, (i) => !!act[i]);
		const it = s.light.intensity ? s.light.intensity(f) : [1, 1];
		U.inten.value.set(this.keys[0].off ? 0 : it[0], this.keys[1].off ? 0 : it[1]);
		const hs = s.headlights ? s.headlights(f, this.actors) : [];
		U.nh.value = Math.min(8, hs.length);
		hs.slice(0, 8).forEach((h, i) => {
			U.hp.value[i].set(...h.pos, h.att ?? 0.02);
			U.hd.value[i].set(...h.dir, h.cos ?? 0.86);
			U.hc.value[i].set(...h.color);
		});
		for (let i = 0; i < 2; i++)
			if (U.inten.value.getComponent(i) > 0) {
				this.mSh.uniforms.vp.value = this.lm[i].m;
				this.draw(this.sd[i], this.dgeo, this.mSh, { clear: true });
			}
		this.tick('shadow');
		this.select(this.dgeo, (i) => {
			const st = act[i];
			return st && this.seen(st, this.actors[i].rad);
		});
		let nb = 0;
		const bx = this.mAO.uniforms.box.value,
			hh = this.mAO.uniforms.hs.value;
		for (const a of this.actors) {
			const st = a.at(f);
			if (!st || nb >= 96 || a.model.pose === 'custom' || !this.seen(st, a.rad + 1)) continue;
			const z = a.model.size,
				car = a.model.pose === 'car';
			bx[nb].set(st.x, st.z, Math.cos(st.yaw), Math.sin(st.yaw));
			const hx = car ? z[0] / 2 - 0.35 : a.model.pose === 'bike' ? 0.5 : 0.04,
				hz = car ? z[1] / 2 - 0.25 : 0.03;
			hh[nb].set(hx, hz, car ? 0.86 : 0.5, (hx + 1.4) ** 2);
			nb++;
		}
		this.mAO.uniforms.nb.value = nb;
		this.draw(this.aoT, this.qgeo, this.mAO);
		this.tick('ao');
		if (s.light.mirror) {
			this.mDynR.uniforms.mir.value = -1;
			this.r.setClearColor(0, 0);
			this.draw(this.rfl, this.dgeo, this.mDynR, { clear: true });
		}
		this.tick('rfl');
		this.draw(this.hdr, this.qgeo, this.mBG, { clear: true });
		this.tick('bg');
		this.draw(this.hdr, this.dgeo, this.mPre);
		this.draw(this.hdr, this.dgeo, this.mDyn);
		this.tick('dyn');
		if (s.post.bloom) {
			this.draw(this.bl[0], this.qgeo, this.mB1);
			this.draw(this.bl[1], this.qgeo, this.mB2);
		}
		this.mPost.uniforms.frame.value = f % s.frames;
		this.draw(this.out, this.qgeo, this.mPost);
		this.tick('post');
		r.readRenderTargetPixels(this.out, 0, 0, this.W, this.H, this.px);
		return this.px;
	}
	flow() {
		this.r.setClearColor(0, 0);
		this.draw(this.flowT, this.dgeo, this.mFlow, { clear: true });
		this.r.readRenderTargetPixels(this.flowT, 0, 0, this.W / 2, this.H / 2, this.fx);
		return this.fx;
	} // bottom-up rows
	project(x, y, z) {
		const e = this.vp.elements,
			w = e[3] * x + e[7] * y + e[11] * z + e[15];
		return [
			(((e[0] * x + e[4] * y + e[8] * z + e[12]) / w) * 0.5 + 0.5) * this.W,
			(0.5 - ((e[1] * x + e[5] * y + e[9] * z + e[13]) / w) * 0.5) * this.H,
			w
		];
	}
}
