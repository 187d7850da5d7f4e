// From scene light to picture: exposure, tint, filmic tone curve and gamma.
uniform float exposure;
uniform vec3 tint;

vec3 toneMap(vec3 x) {
	x *= exposure * tint;
	x = max(x, 0.0);
	return pow(
		clamp((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0), vec3(1.0 / 2.2));
}
