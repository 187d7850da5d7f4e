// Depth of what moves, where the static set does not hide it.
precision highp float;
precision highp sampler2D;
in vec3 vWorld;
uniform sampler2D surfacePoint;

void main() {
	float gd = texelFetch(surfacePoint, ivec2(gl_FragCoord.xy), 0).w;
	if (gl_FragCoord.z > gd + 2e-6)
		discard;
}
