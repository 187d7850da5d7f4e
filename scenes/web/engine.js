// Renderer of a fixed camera: bakes what stands still once, then draws only what moves, frame by frame.
import * as THREE from 'three';
import { bakeStatic } from './bake.js';
import { focalLength } from './camera.js';
import { framePasses, MAX_CONTACTS } from './frame_passes.js';
import { Gpu, renderTarget, shadowMap, smoothTarget, uniform, vector } from './gpu.js';
import { keyLights, lightView } from './lights.js';
import { PackedMesh } from './packed_mesh.js';
import { poseOf } from './poses.js';
import { BONES } from './skeleton.js';

const MAX_HEADLIGHTS = 8;

export class Engine {
	/** @param scene a module of sets/; @param width, @param height of the picture, divisible by 4 */
	constructor(scene, width, height) {
		this.scene = scene;
		this.light = scene.light;
		this.width = width;
		this.height = height;
		this.focal = focalLength(scene.camera.hfovDeg, width);
		this.camera = viewOf(scene.camera, this.focal, width, height);
		this.eye = this.camera.position;
		this.gpu = new Gpu();
		this.keys = keyLights(scene.light);
		this.lightViews = this.keys.map((key) => lightView(key, [0, 0], scene.light));
		this.targets = allTargets(width, height);
		this.shared = this.sharedUniforms();
		this.pixels = new Uint8Array(width * height * 4);
		this.flowValues = new Float32Array(width * height);
	}

	/** Uniforms that several passes read. */
	sharedUniforms() {
		const { light, scene } = this;
		const viewProjection = new THREE.Matrix4().multiplyMatrices(
			this.camera.projectionMatrix,
			this.camera.matrixWorldInverse
		);
		const vectors4 = () => Array.from({ length: MAX_HEADLIGHTS }, () => new THREE.Vector4());
		const perKey = this.keys.flatMap((key, i) => [
			[`lightMatrix${i}`, uniform(this.lightViews[i].matrix)],
			[`lightPosition${i}`, uniform(this.lightViews[i].position)],
			[`lightSpot${i}`, uniform(this.lightViews[i].spot)],
			[`lightColor${i}`, uniform(vector(...key.color))]
		]);
		return {
			viewProjection: uniform(viewProjection),
			jitter: uniform(new THREE.Vector2()),
			eye: uniform(this.eye.clone()),
			...Object.fromEntries(perKey),
			lightIntensity: uniform(new THREE.Vector2(1, 1)),
			envUp: uniform(vector(...light.envUp)),
			envHor: uniform(vector(...light.envHor)),
			envLow: uniform(vector(...light.envLow)),
			headlightCount: uniform(0),
			headlightPosition: uniform(vectors4()),
			headlightDirection: uniform(vectors4()),
			headlightColor: uniform(Array.from({ length: MAX_HEADLIGHTS }, () => vector(0, 0, 0))),
			occluders: uniform((scene.occluders ?? []).flat().map((corner) => vector(...corner))),
			exposure: uniform(scene.post.expo),
			tint: uniform(vector(...scene.post.tint))
		};
	}

	bakeStatic(mesh, passes) {
		bakeStatic(this, new PackedMesh([mesh]), passes);
	}

	/** Takes the actors and numbers them: `id` from 1, or 0 for those without an identity. */
	setActors(actors) {
		this.actors = actors.map((actor, i) => ({
			...actor,
			id: actor.deco ? 0 : i + 1,
			// Reach in metres, to leave out what is far outside the picture.
			reach: actor.model.pose === 'custom' ? Infinity : Math.max(...actor.model.size) * 0.75 + 0.4
		}));
		this.packed = new PackedMesh(actors.map((actor) => actor.model.mesh));
		this.boneValues = [0, 1].map(() => new Float32Array(BONES * 16 * Math.max(1, actors.length)));
		this.boneTextures = this.boneValues.map((values) => {
			const rows = Math.max(1, actors.length);
			return new THREE.DataTexture(values, BONES * 4, rows, THREE.RGBAFormat, THREE.FloatType);
		});
		this.passes = framePasses(this);
	}

	/** Waits for the graphics queue, so that times told are true. */
	finish() {
		this.gpu.read(this.targets.final, new Uint8Array(4), 1, 1);
	}

	/** Draws a frame; RGBA, top row first. The same array is filled again by the next call. */
	frame(f) {
		const { gpu, packed, passes, targets, scene } = this;
		const states = this.actors.map((actor) => actor.at(f));
		this.setBones(0, f);
		this.setBones(1, f + 1);
		this.setLights(f);
		packed.select((i) => states[i] !== null);
		this.drawShadows();
		packed.select((i) => states[i] !== null && this.reaches(states[i], this.actors[i].reach));
		this.setContacts(states);
		gpu.fill(targets.contact, passes.contact);
		if (scene.light.mirror) gpu.draw(targets.reflection, packed, passes.mirrored, { clear: true });
		gpu.compose(targets.picture, [
			[null, passes.compose],
			[packed, passes.depth],
			[packed, passes.actors]
		]);
		if (scene.post.bloom) {
			gpu.fill(targets.bloom[0], passes.bloomAcross);
			gpu.fill(targets.bloom[1], passes.bloomDown);
		}
		passes.post.uniforms.frame.value = f % scene.frames;
		gpu.fill(targets.final, passes.post);
		return gpu.read(targets.final, this.pixels);
	}

	/** Half-size (dx, dy, actor number, depth) of the frame drawn last, bottom row first. */
	flow() {
		this.gpu.draw(this.targets.flow, this.packed, this.passes.flow, { clear: true });
		return this.gpu.read(this.targets.flow, this.flowValues);
	}

	setBones(which, f) {
		const values = this.boneValues[which];
		values.fill(0);
		this.actors.forEach((actor, i) => {
			const state = actor.at(f);
			if (!state) return;
			poseOf(actor.model, state).forEach((bone, j) => values.set(bone, (i * BONES + j) * 16));
		});
		this.boneTextures[which].needsUpdate = true;
	}

	setLights(f) {
		const { shared, scene, light } = this;
		const intensity = light.intensity ? light.intensity(f) : [1, 1];
		shared.lightIntensity.value.set(...intensity.map((value, i) => (this.keys[i].off ? 0 : value)));
		const lamps = (scene.headlights?.(f, this.actors) ?? []).slice(0, MAX_HEADLIGHTS);
		shared.headlightCount.value = lamps.length;
		lamps.forEach(({ pos, dir, color, att, cos }, i) => {
			shared.headlightPosition.value[i].set(...pos, att);
			shared.headlightDirection.value[i].set(...dir, cos);
			shared.headlightColor.value[i].set(...color);
		});
	}

	drawShadows() {
		this.keys.forEach((_, i) => {
			if (this.shared.lightIntensity.value.getComponent(i) <= 0) return;
			this.passes.shadow.uniforms.viewProjection.value = this.lightViews[i].matrix;
			this.gpu.draw(this.targets.shadows[i], this.packed, this.passes.shadow, { clear: true });
		});
	}

	/** A soft dark box under everything that stands on the ground: centre and turn, half size, strength, reach². */
	setContacts(states) {
		const { boxes, boxSizes, boxCount } = this.passes.contact.uniforms;
		let count = 0;
		this.actors.forEach(({ model, reach }, i) => {
			const state = states[i];
			if (!state || count >= MAX_CONTACTS || model.pose === 'custom') return;
			if (!this.reaches(state, reach + 1)) return;
			const [length, width] = model.size;
			const car = model.pose === 'car';
			const halfLength = car ? length / 2 - 0.35 : model.pose === 'bike' ? 0.5 : 0.04;
			const halfWidth = car ? width / 2 - 0.25 : 0.03;
			boxes.value[count].set(state.x, state.z, Math.cos(state.yaw), Math.sin(state.yaw));
			boxSizes.value[count].set(halfLength, halfWidth, car ? 0.86 : 0.5, (halfLength + 1.4) ** 2);
			count++;
		});
		boxCount.value = count;
	}

	/** Whether something within `reach` metres of a state's place can touch the picture. */
	reaches({ x, y = 0, z }, reach) {
		if (reach === Infinity) return true;
		const [px, py, depth] = this.project(x, y + 0.8, z);
		const around = (reach * this.focal) / Math.max(0.3, depth);
		const inside = px > -around && px < this.width + around && py > -around && py < this.height + around;
		return depth > -reach && inside;
	}

	/** Pixel (x, y) and depth in metres of a world point. */
	project(x, y, z) {
		const e = this.shared.viewProjection.value.elements;
		const depth = e[3] * x + e[7] * y + e[11] * z + e[15];
		const right = (e[0] * x + e[4] * y + e[8] * z + e[12]) / depth;
		const up = (e[1] * x + e[5] * y + e[9] * z + e[13]) / depth;
		return [(right * 0.5 + 0.5) * this.width, (0.5 - up * 0.5) * this.height, depth];
	}
}

function viewOf({ x, z, height: up, headingDeg, tiltDeg }, focal, width, height) {
	const [heading, tilt] = [(headingDeg * Math.PI) / 180, (tiltDeg * Math.PI) / 180];
	const vfovDeg = (2 * Math.atan(height / 2 / focal) * 180) / Math.PI;
	const camera = new THREE.PerspectiveCamera(vfovDeg, width / height, 0.5, 220);
	camera.position.set(x, up, z);
	const forward = [Math.sin(heading) * Math.cos(tilt), -Math.sin(tilt), -Math.cos(heading) * Math.cos(tilt)];
	camera.lookAt(x + forward[0], up + forward[1], z + forward[2]);
	camera.updateMatrixWorld(true);
	camera.updateProjectionMatrix();
	return camera;
}

function allTargets(width, height) {
	const { UnsignedByteType: BYTE, HalfFloatType: HALF } = THREE;
	return {
		baked: renderTarget(width, height, { count: 4 }),
		surface: renderTarget(width, height, { count: 2 }),
		skyShadow: shadowMap(),
		shadows: [shadowMap(), shadowMap()],
		staticShadows: [shadowMap(), shadowMap()],
		picture: smoothTarget(width, height, BYTE, { samples: 4 }),
		reflection: smoothTarget(width / 2, height / 2, HALF),
		contact: smoothTarget(width / 4, height / 4, BYTE, { depthBuffer: false }),
		bloom: [0, 1].map(() => smoothTarget(width / 4, height / 4, HALF, { depthBuffer: false })),
		final: renderTarget(width, height, { type: BYTE, depthBuffer: false }),
		flow: renderTarget(width / 2, height / 2)
	};
}
