// Displacement in pixels to the next frame, actor number from 1, and depth.
precision highp float;
precision highp sampler2D;
in vec3 vLocal, vWorld, vNormal;
flat in vec4 vColor;
flat in float vActor;
in vec4 vHere, vNext;
layout(location = 0) out vec4 o;
uniform sampler2D surfacePoint;
uniform vec2 resolution, fullSize;

void main() {
	float gd = texelFetch(surfacePoint, ivec2(gl_FragCoord.xy / resolution * fullSize), 0).w;
	if (gl_FragCoord.z > gd + 2e-6)
		discard;
	vec2 a = vHere.xy / vHere.w, b = vNext.xy / vNext.w;
	o = vec4((b - a) * 0.5 * fullSize * vec2(1, -1), vActor + 1.0, vHere.w);
}
