// Contact shade under what moves: one soft box each.
precision highp float;
precision highp sampler2D;
in vec2 uv;
layout(location = 0) out vec4 o;
uniform sampler2D surfacePoint;
uniform vec4 boxes[96];
uniform vec4 boxSizes[96];
uniform int boxCount;

void main() {
	vec3 p = texture(surfacePoint, uv).xyz;
	float a = 1.0;
	for (int i = 0; i < 96; i++) {
		if (i >= boxCount)
			break;
		vec2 d = p.xz - boxes[i].xy;
		if (dot(d, d) > boxSizes[i].w)
			continue;
		vec2 q = vec2(d.x * boxes[i].z - d.y * boxes[i].w, d.x * boxes[i].w + d.y * boxes[i].z);
		vec2 e = max(abs(q) - boxSizes[i].xy, 0.0);
		float y = max(p.y - 0.3, 0.0);
		float dd = length(e) + y * 1.5;
		a *= 1.0 - boxSizes[i].z * exp(-dd * dd * (boxSizes[i].x > 0.5 ? 9.0 : 26.0));
	}
	o = vec4(a);
}
