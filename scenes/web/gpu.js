// The little of WebGL the renderer needs: targets, shadow maps, materials, and drawing one geometry into one target.
import * as THREE from 'three';
import { shader } from './shaders.js';

export const uniform = (value) => ({ value });
export const vector = (x, y, z) => new THREE.Vector3(x, y, z);

const SHADOW_MAP_SIZE = 2048;

export function renderTarget(width, height, options = {}) {
	return new THREE.WebGLRenderTarget(width, height, {
		minFilter: THREE.NearestFilter,
		magFilter: THREE.NearestFilter,
		type: THREE.FloatType,
		depthBuffer: true,
		generateMipmaps: false,
		...options
	});
}

/** A target whose picture is sampled between its pixels. */
export const smoothTarget = (width, height, type, options = {}) =>
	renderTarget(width, height, {
		type,
		minFilter: THREE.LinearFilter,
		magFilter: THREE.LinearFilter,
		...options
	});

/** A depth map that shaders compare against. */
export function shadowMap() {
	const target = renderTarget(SHADOW_MAP_SIZE, SHADOW_MAP_SIZE, { type: THREE.UnsignedByteType });
	const depth = new THREE.DepthTexture(SHADOW_MAP_SIZE, SHADOW_MAP_SIZE, THREE.FloatType);
	depth.compareFunction = THREE.LessEqualCompare;
	depth.minFilter = depth.magFilter = THREE.LinearFilter;
	target.depthTexture = depth;
	return target;
}

/** A material from two programs of shaders/. */
export function material(vertex, fragment, uniforms, { options = {}, defines = {} } = {}) {
	return new THREE.RawShaderMaterial({
		glslVersion: THREE.GLSL3,
		vertexShader: shader(vertex),
		fragmentShader: shader(fragment),
		uniforms,
		defines: { MIRROR_Y: '1.0', ...defines },
		side: THREE.DoubleSide,
		...options
	});
}

/** One compiled variant a material number: a software rasterizer runs every branch of a shader that has them all. */
export class MaterialFamily {
	constructor(vertex, fragment, uniforms, { options = {}, defines = {} } = {}) {
		this.uniforms = uniforms;
		this.variants = new Map();
		this.make = (number) =>
			material(vertex, fragment, uniforms, { options, defines: { ...defines, MATERIAL: number } });
	}

	variant(number) {
		if (!this.variants.has(number)) this.variants.set(number, this.make(number));
		return this.variants.get(number);
	}
}

/** Passes over the whole picture touch no depth. */
export const FLAT = { depthTest: false, depthWrite: false };

export class Gpu {
	constructor() {
		this.renderer = new THREE.WebGLRenderer({ antialias: false, preserveDrawingBuffer: true });
		this.renderer.setSize(16, 16, false);
		this.renderer.autoClear = false;
		this.renderer.outputColorSpace = THREE.LinearSRGBColorSpace;
		this.renderer.setClearColor(0, 0);
		const gl = this.renderer.getContext();
		for (const name of ['EXT_color_buffer_float', 'EXT_float_blend'])
			if (!gl.getExtension(name)) throw new Error(`this WebGL has no ${name}`);
		this.stage = new THREE.Scene();
		this.stage.matrixWorldAutoUpdate = false;
		this.camera = new THREE.Camera();
		this.meshes = [];
		this.triangle = new THREE.BufferGeometry();
		this.triangle.setAttribute(
			'position',
			new THREE.BufferAttribute(new Float32Array([-1, -1, 0, 3, -1, 0, -1, 3, 0]), 3)
		);
	}

	clear(target, alpha = 0) {
		this.renderer.setRenderTarget(target);
		this.renderer.setClearAlpha(alpha);
		this.renderer.clear();
		this.renderer.setClearAlpha(0);
	}

	/** Draws a packed mesh, with one material or with a family of them. `keepColor` clears the depth alone. */
	draw(target, packed, look, { clear = false, keepColor = false } = {}) {
		this.renderer.setRenderTarget(target);
		if (clear) this.renderer.clear(!keepColor, true, false);
		this.render([[packed, look]]);
	}

	/** Runs a pass over the whole target. */
	fill(target, look) {
		this.renderer.setRenderTarget(target);
		this.render([[null, look]]);
	}

	/** Clears the target and draws steps in order; [null, look] fills it. A multisampled target is resolved but once. */
	compose(target, steps) {
		this.clear(target);
		this.renderer.setRenderTarget(target);
		this.render(steps);
	}

	render(steps) {
		while (this.meshes.length < steps.length) this.addMesh();
		this.meshes.forEach((mesh, i) => {
			mesh.visible = i < steps.length;
			if (!mesh.visible) return;
			const [packed, look] = steps[i];
			mesh.geometry = packed?.geometry ?? this.triangle;
			mesh.material =
				look instanceof MaterialFamily ? packed.groups.map(({ number }) => look.variant(number)) : look;
		});
		this.renderer.render(this.stage, this.camera);
	}

	addMesh() {
		const mesh = new THREE.Mesh();
		mesh.frustumCulled = false;
		mesh.renderOrder = this.meshes.length;
		this.meshes.push(mesh);
		this.stage.add(mesh);
	}

	/** Reads a target into `into`, bottom row first, and so waits until it is drawn. */
	read(target, into, width = target.width, height = target.height) {
		this.renderer.readRenderTargetPixels(target, 0, 0, width, height, into);
		return into;
	}

	/** Lets the queue of drawing calls run dry. */
	finish() {
		this.renderer.getContext().finish();
	}
}
