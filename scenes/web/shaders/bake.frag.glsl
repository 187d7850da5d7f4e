// Bake: one sky direction and the two key lights of one jittered pass, added up over all passes.
precision highp float;
precision highp int;
precision highp sampler2D;
precision highp sampler2DShadow;
#define SHADOW_SPREAD 1.0
in vec3 vLocal, vWorld, vNormal;
flat in vec4 vColor;
flat in float vActor;
layout(location = 0) out vec4 o0;
layout(location = 1) out vec4 o1;
layout(location = 2) out vec4 o2;
layout(location = 3) out vec4 o3;
uniform vec3 eye;
uniform float weight;
uniform highp sampler2DShadow shadow0, shadow1, skyShadow;
uniform mat4 skyMatrix;
uniform vec3 skyDirection, skyColor, ambient;

#include "surfaces.glsl"

#include "lights.glsl"

void main() {
	vec3 n = vNormal / max(length(vNormal), 1e-5);
	vec3 v = normalize(eye - vWorld);
	const int m = MATERIAL;
	if (m == LEAF && dot(n, v) < 0.0)
		n = -n;
	vec3 n0 = n;
	Surf s = surface(m, vLocal, n, vColor.rgb, vWorld);
	n = s.normal;
	vec3 po = vWorld + n0 * 0.06 * sign(dot(n0, v) + 0.001);
	float sv = softShadow(skyShadow, lightSpace(skyMatrix, po + skyDirection * 0.03));
	float nl = dot(n, skyDirection);
	if (m == LEAF)
		nl = 0.35 + 0.65 * abs(nl);
	vec3 sky = s.albedo * (skyColor * max(nl, 0.0) * 2.0 * sv + ambient * (0.6 - 0.4 * n.y));
	vec3 r = reflect(-v, n);
	float fr = 0.04 + 0.96 * pow(1.0 - clamp(dot(n, v), 0.0, 1.0), 5.0);
	if (s.reflectance > 0.0)
		sky += env(r) * s.reflectance * fr * (m == TERRAZZO ? 0.25 : 1.0) * mix(0.35, 1.0, sv);
	sky += s.emission;
	vec3 k[2];
	for (int i = 0; i < 2; i++) {
		vec3 d;
		float a = lightAt(
			i == 0 ? lightPosition0 : lightPosition1, i == 0 ? lightSpot0 : lightSpot1, vWorld, d);
		float sh = i == 0 ? softShadow(shadow0, lightSpace(lightMatrix0, po + d * 0.02))
						  : softShadow(shadow1, lightSpace(lightMatrix1, po + d * 0.02));
		float q = dot(n, d);
		if (m == LEAF)
			q = 0.45 * max(q, 0.0) + 0.4 * abs(q) + 0.1;
		vec3 h = normalize(d + v);
		float sp = s.gloss * pow(max(dot(n, h), 0.0), mix(12.0, 120.0, s.gloss)) * 0.6;
		k[i] = (s.albedo * max(q, 0.0) + sp * fr * 4.0) * (i == 0 ? lightColor0 : lightColor1) * a *
			   sh;
	}
	if (!(dot(sky, vec3(1.0)) < 1e4))
		sky = vec3(0.1);
	o0 = vec4(sky, 1.0) * weight;
	o1 = vec4(k[0], sv) * weight;
	o2 = vec4(k[1], 1.0) * weight;
	o3 = vec4(s.albedo, s.reflectance) * weight;
}
