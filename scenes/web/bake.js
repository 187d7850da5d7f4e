// The bake: the fixed camera's still picture, lit once by many sky directions and jittered key lights.
import * as THREE from 'three';
import { MaterialFamily, material, uniform, vector } from './gpu.js';
import { lightView } from './lights.js';

const ADD = {
	blending: THREE.CustomBlending,
	blendSrc: THREE.OneFactor,
	blendDst: THREE.OneFactor,
	blendEquation: THREE.AddEquation,
	depthFunc: THREE.EqualDepth,
	depthWrite: false
};

/** Van der Corput's sequence in a base: the n-th number of a well spread list in [0, 1). */
function spread(n, base) {
	let share = 1;
	let sum = 0;
	for (let i = n; i > 0; i = Math.floor(i / base)) {
		share /= base;
		sum += share * (i % base);
	}
	return sum;
}

/** What one pass takes: a sky direction, an offset on the lights' surfaces, and a shift within the pixel. */
function passSample(n) {
	const up = 0.06 + 0.94 * spread(n, 2);
	const around = 2 * Math.PI * spread(n, 3);
	const level = Math.sqrt(1 - up * up);
	const [radius, angle] = [Math.sqrt(spread(n, 5)), 2 * Math.PI * spread(n, 7)];
	return {
		sky: [level * Math.cos(around), up, level * Math.sin(around)],
		onLight: [radius * Math.cos(angle), radius * Math.sin(angle)],
		inPixel: [spread(n, 11) * 1.3 - 0.65, spread(n, 13) * 1.3 - 0.65]
	};
}

/**
 * Fills the engine's baked targets and static shadow maps from a packed static mesh.
 * Sky light, the two key lights and the albedo stay apart, so that what moves can shadow each.
 */
export function bakeStatic(engine, packed, passes) {
	const { gpu, shared, targets, keys } = engine;
	const depthOnly = material(
		'mesh.vert',
		'depth.frag',
		{ viewProjection: uniform(null), jitter: uniform(new THREE.Vector2()) },
		{ options: { colorWrite: false } }
	);
	const shadow = (target, matrix) => {
		depthOnly.uniforms.viewProjection.value = matrix;
		gpu.draw(target, packed, depthOnly, { clear: true });
	};
	keys.forEach((key, i) => {
		// A depth texture that was never drawn into makes every draw that samples it fail without a word.
		if (key.off) [targets.staticShadows[i], targets.shadows[i]].forEach((target) => gpu.clear(target));
		else shadow(targets.staticShadows[i], engine.lightViews[i].matrix);
	});
	const still = { viewProjection: shared.viewProjection, jitter: uniform(new THREE.Vector2()) };
	// Where nothing stands the depth, kept in alpha, is 1: nothing hides an actor there.
	gpu.clear(targets.surface, 1);
	gpu.draw(targets.surface, packed, material('mesh.vert', 'surface.frag', still));
	gpu.clear(targets.baked);
	const ownDepth = material(
		'mesh.vert',
		'depth.frag',
		{ viewProjection: shared.viewProjection, jitter: shared.jitter },
		{ options: { colorWrite: false } }
	);
	const bake = bakeFamily(engine, passes);
	for (let pass = 0; pass < passes; pass++) {
		setSample(engine, bake.uniforms, passSample(pass + 1), shadow);
		gpu.draw(targets.baked, packed, ownDepth, { clear: true, keepColor: true });
		gpu.draw(targets.baked, packed, bake);
		if (pass % 8 === 7) gpu.finish();
	}
	shared.jitter.value.set(0, 0);
}

/** Draws the shadow maps of one pass and sets its uniforms. */
function setSample({ width, height, keys, light, shared, targets }, uniforms, sample, drawShadow) {
	const skyView = lightView({ dir: sample.sky }, [0, 0], light);
	drawShadow(targets.skyShadow, skyView.matrix);
	keys.forEach((key, i) => {
		const view = lightView(key, sample.onLight, light);
		if (!key.off) drawShadow(targets.shadows[i], view.matrix);
		uniforms[`lightMatrix${i}`].value = view.matrix;
		uniforms[`lightPosition${i}`].value = view.position;
	});
	uniforms.skyMatrix.value = skyView.matrix;
	uniforms.skyDirection.value.set(...sample.sky);
	uniforms.skyColor.value.set(...light.sky(...sample.sky));
	shared.jitter.value.set((sample.inPixel[0] * 2) / width, (sample.inPixel[1] * 2) / height);
}

function bakeFamily({ shared, targets, light }, passes) {
	const uniforms = {
		...shared,
		weight: uniform(1 / passes),
		shadow0: uniform(targets.shadows[0].depthTexture),
		shadow1: uniform(targets.shadows[1].depthTexture),
		skyShadow: uniform(targets.skyShadow.depthTexture),
		skyMatrix: uniform(null),
		skyDirection: uniform(vector(0, 1, 0)),
		skyColor: uniform(vector(1, 1, 1)),
		ambient: uniform(vector(...light.ambient)),
		lightMatrix0: uniform(null),
		lightMatrix1: uniform(null),
		lightPosition0: uniform(null),
		lightPosition1: uniform(null)
	};
	return new MaterialFamily('mesh.vert', 'bake.frag', uniforms, { options: ADD });
}
