// Meshes packed for drawing: equal vertices welded, triangles grouped by material, each model's run kept apart.
import * as THREE from 'three';

export class PackedMesh {
	/** @param {import('./geom.js').Mesh[]} meshes; a vertex carries its bone and the number of its mesh */
	constructor(meshes) {
		const corners = meshes.reduce((sum, mesh) => sum + mesh.vertexCount, 0);
		this.attributes = {
			position: new Float32Array(corners * 3),
			normal: new Float32Array(corners * 3),
			color: new Float32Array(corners * 4),
			bone: new Float32Array(corners * 2)
		};
		this.vertexCount = 0;
		// material number -> runs [{ mesh, indices }]
		this.runs = new Map();
		meshes.forEach((mesh, number) => this.add(mesh, number));
		this.index = new Uint32Array(corners);
		this.geometry = this.buildGeometry();
		this.select(() => true);
	}

	add(mesh, number) {
		const welded = this.weld(mesh, number);
		const started = new Map();
		for (let corner = 0; corner < mesh.vertexCount; corner += 3) {
			const materialNumber = mesh.c[corner * 4 + 3];
			if (!started.has(materialNumber)) started.set(materialNumber, []);
			started.get(materialNumber).push(welded[corner], welded[corner + 1], welded[corner + 2]);
		}
		for (const [materialNumber, indices] of started) {
			if (!this.runs.has(materialNumber)) this.runs.set(materialNumber, []);
			this.runs.get(materialNumber).push({ mesh: number, indices: new Uint32Array(indices) });
		}
	}

	/** Index of the welded vertex of every corner. */
	weld(mesh, number) {
		const seen = new Map();
		return Uint32Array.from({ length: mesh.vertexCount }, (_, corner) => {
			const key = weldKey(mesh, corner);
			let vertex = seen.get(key);
			if (vertex === undefined) {
				vertex = this.append(mesh, corner, number);
				seen.set(key, vertex);
			}
			return vertex;
		});
	}

	append(mesh, corner, number) {
		const { position, normal, color, bone } = this.attributes;
		const vertex = this.vertexCount++;
		for (let d = 0; d < 3; d++) {
			position[vertex * 3 + d] = mesh.p[corner * 3 + d];
			normal[vertex * 3 + d] = mesh.n[corner * 3 + d];
		}
		for (let d = 0; d < 4; d++) color[vertex * 4 + d] = mesh.c[corner * 4 + d];
		bone[vertex * 2] = mesh.b[corner];
		bone[vertex * 2 + 1] = number;
		return vertex;
	}

	buildGeometry() {
		const geometry = new THREE.BufferGeometry();
		for (const [name, size] of Object.entries({ position: 3, normal: 3, color: 4, bone: 2 })) {
			const values = this.attributes[name].subarray(0, this.vertexCount * size);
			geometry.setAttribute(name, new THREE.BufferAttribute(values, size));
		}
		geometry.setIndex(new THREE.BufferAttribute(this.index, 1));
		return geometry;
	}

	/** Keeps only the meshes whose number passes; `groups` then says where each material's triangles lie. */
	select(passes) {
		let end = 0;
		this.groups = [];
		for (const [number, runs] of this.runs) {
			const start = end;
			for (const { mesh, indices } of runs) {
				if (!passes(mesh)) continue;
				this.index.set(indices, end);
				end += indices.length;
			}
			if (end > start) this.groups.push({ number, start, count: end - start });
		}
		this.geometry.clearGroups();
		this.groups.forEach(({ start, count }, i) => this.geometry.addGroup(start, count, i));
		this.geometry.setDrawRange(0, end);
		this.geometry.index.clearUpdateRanges();
		this.geometry.index.addUpdateRange(0, end);
		this.geometry.index.needsUpdate = true;
	}
}

/** Vertices are one if position (half a millimetre), normal, colour, material and bone agree. */
function weldKey({ p, n, c, b }, i) {
	const place = [p[i * 3], p[i * 3 + 1], p[i * 3 + 2]].map((v) => Math.round(v * 2e3));
	const facing = [n[i * 3], n[i * 3 + 1], n[i * 3 + 2]].map((v) => Math.round(v * 50));
	return `${place},${facing},${c[i * 4]},${c[i * 4 + 1]},${c[i * 4 + 2]},${c[i * 4 + 3]},${b[i]}`;
}
