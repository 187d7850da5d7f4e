// Hashes and noise: integer arithmetic only, so that every machine draws the same grain.
float unitFrom(uint x) {
	x ^= x >> 15;
	x *= 0x2c1b3c6du;
	x ^= x >> 13;
	return float((x * 0x297a2d39u) >> 8) * (1.0 / 16777216.0);
}

float hash(vec3 p) {
	ivec3 q = ivec3(floor(p));
	return unitFrom(uint(q.x) * 0x9E3779B1u ^ uint(q.y) * 0x85EBCA77u ^ uint(q.z) * 0xC2B2AE3Du);
}

float valueNoise(vec3 p) {
	vec3 i = floor(p), f = p - i;
	f = f * f * (3.0 - 2.0 * f);
	ivec3 q = ivec3(i);
	uint a = uint(q.x) * 0x9E3779B1u, b = uint(q.y) * 0x85EBCA77u, c = uint(q.z) * 0xC2B2AE3Du,
		 A = a + 0x9E3779B1u, B = b + 0x85EBCA77u, C = c + 0xC2B2AE3Du;
	return mix(mix(mix(unitFrom(a ^ b ^ c), unitFrom(A ^ b ^ c), f.x),
				   mix(unitFrom(a ^ B ^ c), unitFrom(A ^ B ^ c), f.x), f.y),
		mix(mix(unitFrom(a ^ b ^ C), unitFrom(A ^ b ^ C), f.x),
			mix(unitFrom(a ^ B ^ C), unitFrom(A ^ B ^ C), f.x), f.y),
		f.z);
}

float fractalNoise(vec3 p) {
	float s = 0.0, a = 0.5;
	for (int i = 0; i < 4; i++) {
		s += a * valueNoise(p);
		p = p * 2.03 + 17.1;
		a *= 0.5;
	}
	return s / 0.9375;
}
