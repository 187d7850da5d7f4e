// World point, depth, normal and material of the static set.
precision highp float;
in vec3 vLocal, vWorld, vNormal;
flat in vec4 vColor;
flat in float vActor;
layout(location = 0) out vec4 o0;
layout(location = 1) out vec4 o1;

void main() {
	o0 = vec4(vWorld, gl_FragCoord.z);
	o1 = vec4(normalize(vNormal), vColor.w);
}
