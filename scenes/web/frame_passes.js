// The materials of a frame's passes, made once for a scene's actors.
import * as THREE from 'three';
import { FLAT, MaterialFamily, material, uniform, vector } from './gpu.js';

/** Boxes of contact shade a frame may have; the length of the arrays in contact.frag.glsl. */
export const MAX_CONTACTS = 96;

const texture = (target) => uniform(target.texture);
const depth = (target) => uniform(target.depthTexture);
const vectors4 = (n) => Array.from({ length: n }, () => new THREE.Vector4());

/** Switches that leave out what a scene does not have: a software rasterizer pays for every line. */
function sceneDefines({ keys, scene }) {
	return {
		KEY_LIGHTS: keys[1].off ? 1 : 2,
		...(scene.headlights ? { HEADLIGHTS: 1 } : {}),
		...(scene.occluders ? { OCCLUDERS: scene.occluders.length } : {}),
		...(scene.light.mirror ? { MIRRORED: 1 } : {})
	};
}

/** All materials of the passes, by pass. */
export function framePasses(engine) {
	return { ...actorPasses(engine), ...picturePasses(engine) };
}

function actorPasses(engine) {
	const { shared, targets, light, boneTextures, width, height } = engine;
	const defines = { ACTORS: 1, ...sceneDefines(engine) };
	const [point] = targets.surface.textures;
	const still = uniform(new THREE.Vector2());
	const bones = uniform(boneTextures[0]);
	const skinned = { viewProjection: shared.viewProjection, jitter: still, bones };
	const lit = {
		...shared,
		bones,
		shadow0: depth(targets.shadows[0]),
		shadow1: depth(targets.shadows[1]),
		staticShadow0: depth(targets.staticShadows[0]),
		staticShadow1: depth(targets.staticShadows[1]),
		surfacePoint: uniform(point),
		resolution: uniform(new THREE.Vector2(width, height)),
		skyAbove: uniform(vector(...light.skyUp)),
		skyBelow: uniform(vector(...light.skyDn))
	};
	const halfSize = uniform(new THREE.Vector2(width / 2, height / 2));
	return {
		shadow: material(
			'mesh.vert',
			'depth.frag',
			{ ...skinned, viewProjection: uniform(null) },
			{ options: { colorWrite: false }, defines }
		),
		depth: material(
			'mesh.vert',
			'prepass.frag',
			{ ...skinned, surfacePoint: uniform(point) },
			{ options: { colorWrite: false }, defines }
		),
		actors: new MaterialFamily('mesh.vert', 'actor.frag', lit, {
			options: { depthFunc: THREE.EqualDepth, depthWrite: false },
			defines
		}),
		mirrored: new MaterialFamily(
			'mesh.vert',
			'actor.frag',
			{ ...lit, resolution: halfSize },
			{ defines: { ...defines, MIRROR_Y: '-1.0' } }
		),
		flow: material(
			'mesh.vert',
			'flow.frag',
			{
				...skinned,
				nextBones: uniform(boneTextures[1]),
				surfacePoint: uniform(point),
				resolution: halfSize,
				fullSize: uniform(new THREE.Vector2(width, height))
			},
			{ defines: { ...defines, FLOW: 1 } }
		)
	};
}

function picturePasses(engine) {
	const { shared, targets, scene, width, height } = engine;
	const [point, normal] = targets.surface.textures;
	const [bakedSky, bakedLight0, bakedLight1, bakedAlbedo] = targets.baked.textures.map(uniform);
	const { noise, sat, bloom = 0, vig, thr = 1 } = scene.post;
	const pass = (fragment, uniforms, defines = {}) =>
		material('quad.vert', fragment, uniforms, { options: FLAT, defines });
	return {
		contact: pass('contact.frag', {
			surfacePoint: uniform(point),
			boxes: uniform(vectors4(MAX_CONTACTS)),
			boxSizes: uniform(vectors4(MAX_CONTACTS)),
			boxCount: uniform(0)
		}),
		compose: pass(
			'compose.frag',
			{
				...shared,
				shadow0: depth(targets.shadows[0]),
				shadow1: depth(targets.shadows[1]),
				bakedSky,
				bakedLight0,
				bakedLight1,
				bakedAlbedo,
				surfacePoint: uniform(point),
				surfaceNormal: uniform(normal),
				contact: texture(targets.contact),
				reflection: texture(targets.reflection),
				mirrorStrength: uniform(scene.light.mirror ?? 0)
			},
			sceneDefines(engine)
		),
		bloomAcross: pass('bloom.frag', {
			source: texture(targets.picture),
			dir: uniform(new THREE.Vector2(4 / width, 0)),
			thr: uniform(thr)
		}),
		bloomDown: pass('bloom.frag', {
			source: texture(targets.bloom[0]),
			dir: uniform(new THREE.Vector2(0, 4 / height)),
			thr: uniform(0)
		}),
		post: pass('post.frag', {
			source: texture(targets.picture),
			bloomed: texture(targets.bloom[1]),
			resolution: uniform(new THREE.Vector2(width, height)),
			noise: uniform(noise),
			frame: uniform(0),
			saturation: uniform(sat),
			bloom: uniform(bloom),
			vignette: uniform(vig)
		})
	};
}
