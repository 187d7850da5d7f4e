import { Engine } from './engine.js';
import { Truth, cameraTruth } from './truth.js';
const q = new URLSearchParams(location.search),
	post = (p, b) => fetch(p, { method: 'POST', body: b });
const log = (s) => post('/log', String(s));
window.onerror = (a, b, c, d, e) => log('ERR ' + a + ' ' + (e && e.stack));
window.onunhandledrejection = (e) => log('REJ ' + ((e.reason && e.reason.stack) || e.reason));
const ce = console.error;
console.error = (...a) => {
	log('console ' + a.map(String).join(' ').slice(0, 2500));
	ce(...a);
};
console.warn = console.error;
try {
	const s = (await import(`/sets/${q.get('scene')}.js`)).default,
		W = +q.get('w') || 1280,
		H = +q.get('h') || 720,
		N = +q.get('bake') || 96;
	const t0 = performance.now();
	const e = new Engine(s, W, H);
	if (q.get('dbg')) e.dbg = log;
	const st = s.static();
	await log(`static tris ${st.p.length / 9}`);
	e.bakeStatic(st, N);
	e.setActors(s.actors());
	const px0 = new Uint8Array(4);
	e.r.readRenderTargetPixels(e.out, 0, 0, 1, 1, px0);
	await log(
		`bake done ${(performance.now() - t0) | 0} ms, actors ${e.actors.length}, dyn tris ${e.dgeo.attributes.position.count / 3}`
	);
	const list = q.get('frames') ? q.get('frames').split(',').map(Number) : null,
		truth = new Truth(e);
	const { intensity, ...rest } = s.light;
	await post(
		'/meta',
		JSON.stringify({
			scene: s.name,
			fps: s.fps,
			frames: s.frames,
			loop: true,
			camera: cameraTruth(e),
			zones: s.zones || [],
			events: s.events || [],
			convention:
				'ENU metres; image px origin top-left; flow = px to next frame; yaw/heading degrees clockwise from north'
		})
	);
	const n = list ? list.length : s.frames;
	let tr = 0,
		tt = 0;
	let pend = Promise.resolve();
	for (let i = 0; i < n; i++) {
		const f = list ? list[i] : i;
		const a = performance.now();
		const px = e.frame(f).slice();
		const b = performance.now();
		if (q.get('prof')) {
			if (i == 1) e.prof = {};
			if (e.prof) log(JSON.stringify(e.prof));
		}
		if (list) log('f ' + f + ' ' + ((b - a) | 0) + ' ms');
		const fl = e.flow();
		const T = truth.frame(f, fl);
		const G = f % 5 === 0 || list ? truth.grid(f, fl) : null;
		tr += b - a;
		tt += performance.now() - b;
		await pend;
		pend = post('/frame?f=' + f, px).then(() =>
			post('/truth?f=' + f, JSON.stringify(T) + '\n' + (G ? JSON.stringify(G) : ''))
		);
		if (i % 50 === 49)
			await log(`frame ${f}: render ${(tr / (i + 1)).toFixed(0)} ms, truth ${(tt / (i + 1)).toFixed(0)} ms`);
	}
	await pend;
	await log(`done: render ${(tr / n).toFixed(1)} ms/frame, truth ${(tt / n).toFixed(1)} ms/frame`);
} catch (x) {
	await log('EXC ' + x.stack);
}
await post('/done', '');
