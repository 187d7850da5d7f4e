// Headlights of cars, stopped by the boxes in `occluders`.
uniform int headlightCount;
uniform vec4 headlightPosition[8];
uniform vec4 headlightDirection[8];
uniform vec3 headlightColor[8];
#ifdef OCCLUDERS
uniform vec3 occluders[2 * OCCLUDERS];

// slab test of the segment p..q against each boxes: true where one stands between
bool isHidden(vec3 p, vec3 q) {
	vec3 inv = 1.0 / (q - p + vec3(1e-6));
	for (int i = 0; i < OCCLUDERS; i++) {
		vec3 t0 = (occluders[2 * i] - p) * inv, t1 = (occluders[2 * i + 1] - p) * inv,
			 lo = min(t0, t1), hi = max(t0, t1);
		float a = max(max(lo.x, lo.y), lo.z), b = min(min(hi.x, hi.y), hi.z);
		if (max(a, 0.004) < min(b, 0.99))
			return true;
	}
	return false;
}
#endif
vec3 headlights(vec3 p, vec3 n, vec3 a) {
	vec3 s = vec3(0);
#ifdef HEADLIGHTS
	for (int i = 0; i < 8; i++) {
		if (i >= headlightCount)
			break;
		vec3 v = headlightPosition[i].xyz - p;
		float r = length(v);
		v /= r;
		float c = dot(-v, headlightDirection[i].xyz);
		if (c < headlightDirection[i].w)
			continue;
#ifdef OCCLUDERS
		if (isHidden(p + n * 0.03, headlightPosition[i].xyz))
			continue;
#endif
		s += a * headlightColor[i] * max(dot(n, v) + 0.03, 0.0) *
			 smoothstep(headlightDirection[i].w, headlightDirection[i].w + 0.16, c) /
			 (1.0 + r * r * headlightPosition[i].w);
	}
#endif
	return s;
}
