// Background of a frame: baked light under the shadows, headlights and reflections of what moves.
#define TERRAZZO 12
precision highp float;
precision highp int;
precision highp sampler2D;
precision highp sampler2DShadow;
#define SHADOW_SPREAD 1.4
in vec2 uv;
layout(location = 0) out vec4 o;
uniform highp sampler2DShadow shadow0, shadow1;
uniform sampler2D bakedSky, bakedLight0, bakedLight1, bakedAlbedo, surfacePoint, surfaceNormal,
	contact, reflection;
uniform vec2 lightIntensity;
uniform vec3 eye;
uniform float mirrorStrength;

#include "lights.glsl"

#include "exposure.glsl"
#include "headlights.glsl"

void main() {
	vec4 g = texture(surfacePoint, uv), gn = texture(surfaceNormal, uv);
	vec3 p = g.xyz + gn.xyz * 0.03;
	float a = texture(contact, uv).r;
	vec3 d;
	float s0 = 1.0, s1 = 1.0;
	vec3 k0 = texture(bakedLight0, uv).rgb, k1 = texture(bakedLight1, uv).rgb;
	if (lightIntensity.x > 0.0 && k0.g > 0.002)
		s0 = softShadow(shadow0, lightSpace(lightMatrix0, p));
#if KEY_LIGHTS > 1
	if (lightIntensity.y > 0.0 && k1.g > 0.002)
		s1 = softShadow(shadow1, lightSpace(lightMatrix1, p));
#endif
	vec4 al = texture(bakedAlbedo, uv);
	vec3 c = texture(bakedSky, uv).rgb * a + k0 * lightIntensity.x * s0 * mix(1.0, a, 0.35) +
			 k1 * lightIntensity.y * s1 * mix(1.0, a, 0.35) + headlights(g.xyz, gn.xyz, al.rgb) * a;

#ifdef MIRRORED
	if (int(gn.w + 0.5) == TERRAZZO) {
		vec3 v = normalize(eye - g.xyz);
		float fr = 0.04 + 0.96 * pow(1.0 - clamp(v.y, 0.0, 1.0), 5.0);
		vec4 r = vec4(0);
		float q = 0.0;
		for (int j = -2; j <= 2; j++)
			for (int i = -1; i <= 1; i++) {
				float ww = exp(-float(i * i) * 0.7 - float(j * j) * 0.35);
				r += ww * texture(reflection, uv + vec2(float(i) * 0.0016, float(j) * 0.0042));
				q += ww;
			}
		r /= q;
		c = mix(c, r.rgb / max(r.a, 0.001), min(1.0, fr * mirrorStrength) * r.a * 0.8);
	}
#endif
	o = vec4(toneMap(c), 1.0);
}
