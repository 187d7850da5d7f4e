// Vertices of meshes: skinned by the bone texture for actors, mirrored in the floor where MIRROR_Y
// is -1.
precision highp float;
precision highp int;
precision highp sampler2D;
in vec3 position;
in vec3 normal;
in vec4 color;
in vec2 bone;
uniform mat4 viewProjection;
uniform vec2 jitter;
#ifdef ACTORS
uniform sampler2D bones;

mat4 boneMatrix(sampler2D t) {
	ivec2 q = ivec2(int(bone.x) * 4, int(bone.y));
	return mat4(texelFetch(t, q, 0), texelFetch(t, q + ivec2(1, 0), 0),
		texelFetch(t, q + ivec2(2, 0), 0), texelFetch(t, q + ivec2(3, 0), 0));
}
#endif
#ifdef FLOW
uniform sampler2D nextBones;
out vec4 vHere;
out vec4 vNext;
#endif
invariant gl_Position;
out vec3 vLocal, vWorld, vNormal;
flat out vec4 vColor;
flat out float vActor;

void main() {
	vec4 w = vec4(position, 1.0);
	vec3 n = normal;
#ifdef ACTORS
	mat4 b = boneMatrix(bones);
	w = b * w;
	n = mat3(b) * n;
	w.y *= MIRROR_Y;
	n.y *= MIRROR_Y;
#endif
	vWorld = w.xyz;
	vNormal = n;
	vLocal = position;
	vColor = color;
	vActor = bone.y;
	gl_Position = viewProjection * w;
	gl_Position.xy += jitter * gl_Position.w;
#ifdef FLOW
	vHere = gl_Position;
	vNext = viewProjection * (boneMatrix(nextBones) * vec4(position, 1.0));
#endif
}
