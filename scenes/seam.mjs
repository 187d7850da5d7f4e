const s = (await import('./scenes/junction.js')).default;
const A = s.actors().filter((a) => !a.deco),
	N = s.frames;
for (const q of A) {
	const st = q.at(0);
	if (!st) continue;
	const [k, g] = q.key.split('.');
	if (+g === 0) continue;
	const m = A.find((a) => a.key === k + '.' + (g - 1));
	const e = m && m.at(N);
	const d = e ? Math.hypot(e.x - st.x, e.z - st.z) : -1;
	if (d > 0.003 || d < 0)
		console.log(q.key, q.sub, st.x.toFixed(2), st.z.toFixed(2), 'v', st.v.toFixed(2), 'gap', d.toFixed(3));
}
