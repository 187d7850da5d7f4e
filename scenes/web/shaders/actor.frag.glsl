// What moves: lit by sky, key lights and headlights, hidden by the static set.
precision highp float;
precision highp int;
precision highp sampler2D;
precision highp sampler2DShadow;
#define SHADOW_SPREAD 1.0
in vec3 vLocal, vWorld, vNormal;
flat in vec4 vColor;
flat in float vActor;
layout(location = 0) out vec4 o;
uniform vec3 eye, skyAbove, skyBelow;
uniform highp sampler2DShadow shadow0, shadow1, staticShadow0, staticShadow1;
uniform sampler2D surfacePoint;
uniform vec2 lightIntensity, resolution;

#include "surfaces.glsl"

#include "lights.glsl"

#include "exposure.glsl"
#include "headlights.glsl"

void main() {
	if (MIRROR_Y > 0.0) {
		float gd = texelFetch(surfacePoint,
			ivec2(gl_FragCoord.xy / resolution * vec2(textureSize(surfacePoint, 0))), 0)
					   .w;
		if (gl_FragCoord.z > gd + 2e-6)
			discard;
	} else if (vWorld.y > 0.0)
		discard;
	vec3 W3 = vWorld;
	vec3 n = vNormal / max(length(vNormal), 1e-5);
	if (MIRROR_Y < 0.0) {
		W3.y = -W3.y;
		n.y = -n.y;
	}
	vec3 v = normalize(eye - W3);
	const int m = MATERIAL;
	if (dot(n, v) < -0.15 && m == LEAF)
		n = -n;
	vec3 n0 = n;
	Surf s = surface(m, vLocal, n, vColor.rgb, vLocal);
	// perturbed normals live in the actor frame only for amplitude; add the difference in world
	// space
	n = normalize(n + (s.normal - n0));
	float hgt = W3.y;
	float contact =
		mix(0.5, 1.0, smoothstep(-0.05, 0.9, hgt)) * mix(1.0, 0.72, smoothstep(0.1, -0.8, n.y));
	vec3 sky = mix(skyBelow, skyAbove, n.y * 0.5 + 0.5) * contact;
	vec3 c = s.albedo * sky + s.emission;
	vec3 r = reflect(-v, n);
	float fr = 0.04 + 0.96 * pow(1.0 - clamp(dot(n, v), 0.0, 1.0), 5.0);
	if (s.reflectance > 0.0)
		c = mix(c, c * 0.6, fr) + env(r) * s.reflectance * (fr + 0.02) * contact;
	vec3 po = W3 + n * 0.03;
	for (int i = 0; i < KEY_LIGHTS; i++) {
		float I = i == 0 ? lightIntensity.x : lightIntensity.y;
		if (I <= 0.0)
			continue;
		vec3 d;
		float a = lightAt(
			i == 0 ? lightPosition0 : lightPosition1, i == 0 ? lightSpot0 : lightSpot1, W3, d);
		float q = dot(n, d);
		if (m == CLOTH || m == SKIN)
			q = max(q * 0.9 + 0.1, 0.0);
		float sh = 0.0;
		if (q > 0.0) {
			vec3 z = lightSpace(i == 0 ? lightMatrix0 : lightMatrix1, po + d * 0.04);
			sh = i == 0 ? hardShadow(shadow0, staticShadow0, z)
						: hardShadow(shadow1, staticShadow1, z);
		}
		vec3 h = normalize(d + v);
		float sp = s.gloss * pow(max(dot(n, h), 0.0), mix(12.0, 220.0, s.gloss)) *
				   (m == PAINT || m == CAR_GLASS ? 1.6 : 0.5);
		c += (s.albedo * max(q, 0.0) + sp * max(q, 0.0)) * (i == 0 ? lightColor0 : lightColor1) *
			 a * sh * I;
	}
	c += headlights(W3, n, s.albedo);
	o = vec4(MIRROR_Y > 0.0 ? toneMap(c) : c, 1.0);
}
