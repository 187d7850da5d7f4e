// The two key lights: direction, falloff, spot and shadow. SHADOW_SPREAD: texels between shadow
// taps.
uniform mat4 lightMatrix0, lightMatrix1;
uniform vec4 lightPosition0, lightPosition1;
uniform vec3 lightColor0, lightColor1;
uniform vec4 lightSpot0, lightSpot1; // ls: spot direction + cos cutoff

float softShadow(highp sampler2DShadow t, vec3 q) {
	if (any(lessThan(q.xy, vec2(0.0))) || any(greaterThan(q.xy, vec2(1.0))) || q.z > 1.0)
		return 1.0;
	vec2 px = 1.0 / vec2(textureSize(t, 0));
	float s = 0.0;
	for (int y = -1; y <= 1; y++)
		for (int x = -1; x <= 1; x++)
			s += texture(t, vec3(q.xy + vec2(x, y) * px * SHADOW_SPREAD, q.z));
	return s / 9.0;
}

float hardShadow(highp sampler2DShadow a, highp sampler2DShadow b, vec3 q) {
	if (any(lessThan(q.xy, vec2(0.0))) || any(greaterThan(q.xy, vec2(1.0))) || q.z > 1.0)
		return 1.0;
	return min(texture(a, q), texture(b, q));
}

vec3 lightSpace(mat4 m, vec3 p) {
	vec4 q = m * vec4(p, 1.0);
	return q.w <= 0.0 ? vec3(-1.0) : q.xyz / q.w * 0.5 + 0.5;
}

// returns direction to light and radiance factor
float lightAt(vec4 lp, vec4 ls, vec3 p, out vec3 d) {
	if (lp.w < 0.5) {
		d = lp.xyz;
		return 1.0;
	}
	vec3 v = lp.xyz - p;
	float r = length(v);
	d = v / r;
	return 1.0 / (1.0 + r * r * 0.06) * smoothstep(ls.w, ls.w + 0.35, dot(-d, ls.xyz));
}
