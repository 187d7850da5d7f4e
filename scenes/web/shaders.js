// Loads the GLSL files of shaders/ and puts their #include lines together.

const PARTS = ['noise.glsl', 'surfaces.glsl', 'lights.glsl', 'exposure.glsl', 'headlights.glsl'];
const PROGRAMS = [
	'mesh.vert.glsl',
	'quad.vert.glsl',
	'depth.frag.glsl',
	'surface.frag.glsl',
	'bake.frag.glsl',
	'contact.frag.glsl',
	'compose.frag.glsl',
	'prepass.frag.glsl',
	'actor.frag.glsl',
	'bloom.frag.glsl',
	'post.frag.glsl',
	'flow.frag.glsl'
];

const files = new Map(
	await Promise.all(
		[...PARTS, ...PROGRAMS].map(async (name) => {
			const answer = await fetch(new URL(`shaders/${name}`, import.meta.url));
			return [name, await answer.text()];
		})
	)
);

/** The source of a program, for example `actor.frag`. */
export function shader(program) {
	return included(files.get(`${program}.glsl`));
}

function included(source) {
	return source.replace(/^#include "(.+)"$/gm, (_, name) => included(files.get(name)));
}
