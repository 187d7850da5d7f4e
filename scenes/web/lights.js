// Where lights look from: the matrix that shadows are drawn and read with, the light's place, and its cone.
import * as THREE from 'three';
import { vector } from './gpu.js';

/** Stands in for a second key light where a scene has one. */
const NO_LIGHT = { dir: [0, 1, 0], color: [0, 0, 0], off: true };

/** A scene's two key lights; a missing one is dark. */
export const keyLights = (light) => [0, 1].map((i) => light.keys[i] ?? NO_LIGHT);

/**
 * View of a light, its place moved within its size by `jitter` ([-1, 1], [-1, 1]) for soft shadows.
 * Returns matrix (world to clip), position (w = 1: a point, w = 0: a direction) and spot (direction and cosine).
 */
export function lightView(key, jitter, { center, radius }) {
	const view = key.pos ? spotView(key, jitter) : sunView(key, jitter, center, radius);
	view.camera.updateMatrixWorld(true);
	view.camera.updateProjectionMatrix();
	const matrix = new THREE.Matrix4().multiplyMatrices(
		view.camera.projectionMatrix,
		view.camera.matrixWorldInverse
	);
	return { matrix, position: view.position, spot: view.spot };
}

function spotView({ pos, aim, fov, cos, size }, jitter) {
	const place = [pos[0] + jitter[0] * size, pos[1], pos[2] + jitter[1] * size];
	const camera = new THREE.PerspectiveCamera(fov, 1, 0.3, 60);
	camera.position.set(...place);
	camera.up.set(0, 0, -1);
	camera.lookAt(...aim);
	const axis = vector(...aim)
		.sub(vector(...pos))
		.normalize();
	return {
		camera,
		position: new THREE.Vector4(...place, 1),
		spot: new THREE.Vector4(axis.x, axis.y, axis.z, cos)
	};
}

function sunView({ dir, size = 0 }, jitter, center, radius) {
	const d = vector(...dir).normalize();
	const u = vector(0, 1, 0).cross(d).normalize();
	const w = d.clone().cross(u);
	d.addScaledVector(u, jitter[0] * size)
		.addScaledVector(w, jitter[1] * size)
		.normalize();
	const camera = new THREE.OrthographicCamera(-radius, radius, radius, -radius, 1, radius * 4);
	camera.position.set(...center).addScaledVector(d, radius * 2);
	if (Math.abs(d.y) > 0.98) camera.up.set(0, 0, -1);
	camera.lookAt(...center);
	return { camera, position: new THREE.Vector4(d.x, d.y, d.z, 0), spot: new THREE.Vector4(0, -1, 0, -1) };
}
