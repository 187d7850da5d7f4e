// One direction of the blur round bright lamps.
precision highp float;
precision highp sampler2D;
in vec2 uv;
layout(location = 0) out vec4 o;
uniform sampler2D source;
uniform vec2 dir;
uniform float thr;

void main() {
	vec3 s = vec3(0);
	float w = 0.0;
	for (int i = -7; i <= 7; i++) {
		float k = exp(-float(i * i) / 24.0);
		s += k * min(max(texture(source, uv + dir * float(i)).rgb - thr, 0.0), vec3(12.0));
		w += k;
	}
	o = vec4(s / w, 1.0);
}
