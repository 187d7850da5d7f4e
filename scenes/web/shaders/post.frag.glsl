// Camera: mild sharpening, saturation, vignette and sensor noise.
precision highp float;
precision highp int;
precision highp sampler2D;
in vec2 uv;
layout(location = 0) out vec4 o;
uniform sampler2D source, bloomed;
uniform vec2 resolution;
uniform float noise, frame, saturation, bloom, vignette;

#include "noise.glsl"

vec3 S(vec2 u) {
	return texture(source, u).rgb;
}

void main() {
	vec2 u = vec2(uv.x, 1.0 - uv.y), px = 1.0 / resolution;
	vec3 c = S(u) + bloom * texture(bloomed, u).rgb;
	vec3 neighbours = S(u + px * vec2(1, 0)) + S(u - px * vec2(1, 0)) + S(u + px * vec2(0, 1)) +
					  S(u - px * vec2(0, 1));
	vec3 bl = (neighbours + c * 2.0) / 6.0;
	c = mix(c, bl, 0.25);
	float l0 = dot(c, vec3(0.299, 0.587, 0.114)),
		  lb = dot(neighbours * 0.25, vec3(0.299, 0.587, 0.114));
	c += clamp((l0 - lb) * 0.75, -0.07, 0.07);
	float l = dot(c, vec3(0.299, 0.587, 0.114));
	vec3 ch = (bl - dot(bl, vec3(0.299, 0.587, 0.114)));
	c = l + ch * saturation;
	vec2 q = uv - 0.5;
	c *= 1.0 - vignette * dot(q, q);
	vec3 fp = vec3(gl_FragCoord.xy, frame * 7.0);
	float n1 = hash(fp) + hash(fp + vec3(91.0, 7.0, 1.0)) + hash(fp + vec3(3.0, 57.0, 2.0)) - 1.5;
	float n2 = valueNoise(vec3(gl_FragCoord.xy * 0.5, frame * 13.0)) - 0.5;
	float sh = noise * (0.55 + 0.9 * (1.0 - l));
	c += n1 * sh * 0.55 + n2 * sh * 0.8;
	float n3 = sh * 0.6 * (valueNoise(vec3(gl_FragCoord.xy * 0.33, frame * 5.0 + 2.0)) - 0.5);
	c.r += n3;
	c.b -= n3;
	o = vec4(c * 0.955 + 0.022, 1.0);
}
