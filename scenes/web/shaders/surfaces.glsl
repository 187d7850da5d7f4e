// What each material looks like, and the sky and town that shiny ones reflect.
#include "noise.glsl"

// Material numbers, as MAT in geom.js.
#define PLAIN 0
#define ASPHALT 1
#define PAVING 2
#define BRICK 3
#define PLASTER 4
#define GLASS 5
#define LEAF 6
#define PAINT 7
#define CAR_GLASS 8
#define CLOTH 9
#define SKIN 10
#define RUBBER 11
#define TERRAZZO 12
#define GLOW 13
#define GRASS 14
#define MARKING 15
#define WOOD 16
#define METAL 17
#define GRAVEL 18
#define CORRUGATED 19

uniform vec3 envUp, envHor, envLow;

vec3 env(vec3 d) {
	float t = d.y;
	vec3 s = mix(envHor, envUp, smoothstep(0.0, 0.7, t));
	float city =
		smoothstep(0.16, 0.10, t + 0.05 * valueNoise(vec3(atan(d.x, d.z) * 7.0, 0.0, 0.0)));
	s = mix(s, envLow * 1.6, city * 0.75);
	return mix(s, envLow, smoothstep(0.02, -0.12, t));
}

struct Surf {
	vec3 albedo;
	float gloss;
	float reflectance;
	vec3 emission;
	vec3 normal;
};

void asphalt(inout Surf s, vec3 p) {
	float g = fractalNoise(p * vec3(38.0)), l = fractalNoise(p * 0.55), k = valueNoise(p * 90.0);
	s.albedo *= 0.72 + 0.5 * g * 0.6 + 0.35 * l;
	s.albedo += (0.05) * step(0.86, k) * vec3(1.0, 0.98, 0.94);
	float cr = abs(fractalNoise(vec3(p.xz * 0.5, 3.0)) - 0.5) + 0.02 * valueNoise(p * 6.0);
	s.albedo *= mix(0.55, 1.0, smoothstep(0.0, 0.016, cr));
	float oil = smoothstep(0.62, 0.75, fractalNoise(vec3(p.xz * 0.9, 9.0)));
	s.albedo *= 1.0 - 0.28 * oil;
}

void paving(inout Surf s, vec3 p, vec2 w) {
	vec2 q = w / vec2(0.6, 0.4);
	float row = floor(q.y);
	q.x += 0.5 * mod(row, 2.0);
	vec2 f = fract(q), id = floor(q);
	float e = min(min(f.x, 1.0 - f.x) * 0.6, min(f.y, 1.0 - f.y) * 0.4);
	float t = hash(vec3(id, 5.0));
	s.albedo *= 0.78 + 0.34 * t;
	s.albedo *= 0.82 + 0.3 * fractalNoise(p * 9.0) * 1.0;
	s.albedo *= 0.75 + 0.45 * fractalNoise(vec3(p.xz * 0.4, 2.0));
	s.albedo *= mix(0.42, 1.0, smoothstep(0.006, 0.016, e));
	s.albedo *= 1.0 - 0.3 * smoothstep(0.8, 0.95, hash(vec3(floor(p.xz * 11.0), 4.0))) *
						  step(0.7, valueNoise(p * 3.0));
}

void brick(inout Surf s, vec3 p, vec2 w, vec3 c) {
	vec2 q = w / vec2(0.24, 0.08);
	float row = floor(q.y);
	q.x += 0.5 * mod(row, 2.0);
	vec2 f = fract(q), id = floor(q);
	float e = min(min(f.x, 1.0 - f.x) * 0.24, min(f.y, 1.0 - f.y) * 0.08);
	float t = hash(vec3(id, 1.0));
	vec3 b = c * (0.62 + 0.7 * t);
	b *= mix(vec3(1.0), vec3(0.75, 0.8, 0.95), step(0.85, hash(vec3(id, 8.0))));
	s.albedo = mix(vec3(0.30, 0.28, 0.25), b, smoothstep(0.004, 0.011, e));
	s.albedo *= 0.72 + 0.5 * fractalNoise(p * 0.7) * 1.0;
	s.albedo *= 0.9 + 0.2 * valueNoise(p * 40.0);
	s.albedo *= 1.0 - 0.35 * smoothstep(0.6, 0.0, p.y) * fractalNoise(p * 3.0);
}

void plaster(inout Surf s, vec3 p, vec2 w, vec3 an) {
	s.albedo *= 0.82 + 0.3 * fractalNoise(p * 1.3);
	s.albedo *= 0.94 + 0.12 * valueNoise(p * 30.0);
	float st = fractalNoise(vec3(w.x * 3.0, w.y * 0.25, 2.0));
	s.albedo *= 1.0 - 0.22 * smoothstep(0.5, 0.85, st) * step(an.y, 0.5);
}

void glass(inout Surf s, vec3 n, vec3 c, vec3 wp) {
	s.albedo = vec3(0.02) + 0.05 * c * hash(vec3(floor(wp * 0.55)));
	s.reflectance = 1.0;
	s.gloss = 0.9;
	vec2 o = vec2(valueNoise(wp * 0.8), valueNoise(wp * 0.8 + 9.0)) - 0.5;
	s.normal = normalize(n + 0.05 * vec3(o.x, o.y, o.x));
	float bl = step(0.55, hash(vec3(floor(wp * 0.6) + 3.0)));
	s.albedo += bl * vec3(0.10, 0.09, 0.075) * (0.6 + 0.4 * step(0.5, fract(wp.y * 14.0)));
}

void leaf(inout Surf s, vec3 p) {
	s.albedo *= 0.6 + 0.8 * valueNoise(p * 6.0);
	s.albedo *= vec3(0.95 + 0.2 * valueNoise(p * 1.1), 1.0, 0.9);
}

void paint(inout Surf s, vec3 p, vec3 n) {
	s.albedo = min(s.albedo * 0.85, vec3(0.52));
	s.gloss = 0.75;
	s.reflectance = 0.9;
	float g = valueNoise(p * 4.0) * 0.65 + 0.35 * valueNoise(p * 13.0);
	s.albedo *= 0.93 + 0.14 * g;
	s.albedo = mix(s.albedo, vec3(0.16, 0.14, 0.115), 0.5 * smoothstep(0.62, 0.2, p.y) * g);
	s.normal = normalize(n + 0.012 * (vec3(g, valueNoise(p * 3.0 + 5.0), 1.0 - g) - 0.5));
}

void carGlass(inout Surf s) {
	s.gloss = 0.95;
	s.reflectance = 1.0;
}

void cloth(inout Surf s, vec3 p, vec3 n) {
	float f = valueNoise(p * vec3(9.0, 5.0, 9.0)), g = valueNoise(p * vec3(21.0, 12.0, 21.0) + 4.0);
	s.albedo *= 0.62 + 0.5 * f + 0.22 * g;
	s.albedo *= 0.86 + 0.28 * valueNoise(p * 70.0);
	s.normal =
		normalize(n + 0.55 * (vec3(f, g, valueNoise(p * vec3(13.0, 8.0, 13.0) + 3.0)) - 0.5));
}

void skin(inout Surf s, vec3 p) {
	s.albedo *= 0.85 + 0.3 * valueNoise(p * 25.0);
	s.gloss = 0.1;
}

void rubber(inout Surf s, vec3 p) {
	s.albedo *= 0.8 + 0.4 * valueNoise(p * 20.0);
	s.gloss = 0.1;
}

void terrazzo(inout Surf s, vec3 p, vec2 w) {
	vec2 q = w / 1.2;
	vec2 f = fract(q), id = floor(q);
	float e = min(min(f.x, 1.0 - f.x), min(f.y, 1.0 - f.y)) * 1.2;
	float t = hash(vec3(id, 2.0));
	float k = valueNoise(p * 55.0), k2 = valueNoise(p * 31.0 + 4.0);
	s.albedo *= 0.88 + 0.2 * t;
	s.albedo *= 0.88 + 0.24 * fractalNoise(p * 2.2 + t * 9.0);
	s.albedo = mix(s.albedo, s.albedo * 0.45, smoothstep(0.70, 0.80, k));
	s.albedo = mix(s.albedo, vec3(0.72, 0.68, 0.6), 0.7 * smoothstep(0.76, 0.84, k2));
	s.albedo *= mix(0.5, 1.0, smoothstep(0.006, 0.016, e));
	s.albedo *= 0.9 + 0.16 * fractalNoise(vec3(p.xz * 0.35, 1.0));
	s.gloss = 0.45;
	s.reflectance = 0.35;
}

void glow(inout Surf s, vec3 c) {
	s.emission = c;
	s.albedo = vec3(0);
}

void grass(inout Surf s, vec3 p) {
	float g = fractalNoise(p * vec3(22.0));
	s.albedo *= 0.5 + 0.9 * g;
	s.albedo *= 0.7 + 0.6 * fractalNoise(p * 0.8);
	s.albedo = mix(s.albedo, vec3(0.16, 0.13, 0.07),
		0.45 * smoothstep(0.55, 0.8, fractalNoise(vec3(p.xz * 0.5, 6.0))));
}

void marking(inout Surf s, vec3 p, vec3 c) {
	float wv = fractalNoise(p * vec3(7.0)) * 0.65 + 0.35 * valueNoise(p * 34.0);
	float wear = smoothstep(0.30, 0.52, wv + 0.12 * (fractalNoise(vec3(p.xz * 0.4, 7.0)) - 0.5));
	vec3 as = vec3(0.085) * (0.7 + 0.5 * fractalNoise(p * 38.0));
	s.albedo = mix(as, c * (0.82 + 0.2 * valueNoise(p * 50.0)), wear);
}

void wood(inout Surf s, vec2 w) {
	float g = fractalNoise(vec3(w.x * 2.0, w.y * 30.0, 1.0));
	s.albedo *= 0.65 + 0.6 * g;
}

void metal(inout Surf s, vec3 p) {
	s.gloss = 0.5;
	s.reflectance = 0.25;
	s.albedo *= 0.85 + 0.25 * fractalNoise(p * 8.0);
}

void gravel(inout Surf s, vec3 p) {
	float g = fractalNoise(p * 26.0);
	s.albedo *= 0.55 + 0.8 * g;
	s.albedo *= 0.7 + 0.5 * fractalNoise(p * 0.6);
	s.albedo *= 0.8 + 0.4 * hash(floor(p * 22.0));
}

void corrugated(inout Surf s, vec3 p, vec2 w) {
	float f = fract(w.x * 3.3);
	s.albedo *= 0.62 + 0.5 * smoothstep(0.0, 0.25, f) * smoothstep(1.0, 0.6, f);
	s.albedo *= 0.8 + 0.3 * fractalNoise(vec3(w.x * 2.0, w.y * 0.4, 1.0));
	s.albedo = mix(s.albedo, vec3(0.13, 0.06, 0.03),
		0.6 * smoothstep(0.66, 0.8, fractalNoise(p * vec3(1.5, 0.7, 1.5))));
	s.reflectance = 0.08;
	s.gloss = 0.3;
}

void plain(inout Surf s, vec3 p) {
	s.albedo *= 0.92 + 0.14 * valueNoise(p * 24.0);
}

// m: material number as in geom.js; p: point in the object's frame; n: normal; c: colour; wp: point
// for large patterns
Surf surface(int m, vec3 p, vec3 n, vec3 c, vec3 wp) {
	Surf s;
	s.albedo = c;
	s.gloss = 0.0;
	s.reflectance = 0.0;
	s.emission = vec3(0);
	s.normal = n;
	vec3 an = abs(n);
	// the plane the face lies nearest to
	vec2 w = an.y > 0.6 ? p.xz : (an.x > an.z ? p.zy : p.xy);
	if (m == ASPHALT)
		asphalt(s, p);
	else if (m == PAVING)
		paving(s, p, w);
	else if (m == BRICK)
		brick(s, p, w, c);
	else if (m == PLASTER)
		plaster(s, p, w, an);
	else if (m == GLASS)
		glass(s, n, c, wp);
	else if (m == LEAF)
		leaf(s, p);
	else if (m == PAINT)
		paint(s, p, n);
	else if (m == CAR_GLASS)
		carGlass(s);
	else if (m == CLOTH)
		cloth(s, p, n);
	else if (m == SKIN)
		skin(s, p);
	else if (m == RUBBER)
		rubber(s, p);
	else if (m == TERRAZZO)
		terrazzo(s, p, w);
	else if (m == GLOW)
		glow(s, c);
	else if (m == GRASS)
		grass(s, p);
	else if (m == MARKING)
		marking(s, p, c);
	else if (m == WOOD)
		wood(s, w);
	else if (m == METAL)
		metal(s, p);
	else if (m == GRAVEL)
		gravel(s, p);
	else if (m == CORRUGATED)
		corrugated(s, p, w);
	else
		plain(s, p);
	return s;
}
