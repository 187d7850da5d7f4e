// Ground truth of a frame, from the same states, matrices and identity buffer that were drawn.
import { carry, carryDirection } from './matrices.js';
import { poseOf } from './poses.js';
import { surfaceSamples } from './samples.js';

/** Truth is told in the rounding it is good for: a tenth of a pixel, a centimetre, a millimetre a second. */
const rounded = (value, step) => Math.round(value / step) * step;
const tidy = (value, decimals) => Number(rounded(value, 10 ** -decimals).toFixed(decimals));
const clamp = (v, low, high) => Math.max(low, Math.min(high, v));

/** Half-size picture of (dx, dy, actor number from 1, depth), bottom row first, as the flow pass leaves it. */
class IdentityBuffer {
	constructor(values, width, height) {
		this.values = values;
		this.width = width / 2;
		this.height = height / 2;
	}

	offset(u, v) {
		return ((this.height - 1 - v) * this.width + u) * 4;
	}

	actorAt(u, v) {
		const inside = u >= 0 && v >= 0 && u < this.width && v < this.height;
		return inside ? this.values[this.offset(u, v) + 2] : 0;
	}

	/** Per actor number: pixels seen (of the full picture) and the box round them. */
	visibleParts() {
		const parts = new Map();
		for (let v = 0; v < this.height; v++)
			for (let u = 0; u < this.width; u++) {
				const number = this.values[this.offset(u, v) + 2];
				if (!(number > 0)) continue;
				const part = parts.get(number) ?? { pixels: 0, box: [Infinity, Infinity, -Infinity, -Infinity] };
				parts.set(number, part);
				part.pixels += 4;
				grow(part.box, u * 2, v * 2);
				grow(part.box, u * 2 + 2, v * 2 + 2);
			}
		return parts;
	}
}

function grow(box, x, y) {
	if (x < box[0]) box[0] = x;
	if (y < box[1]) box[1] = y;
	if (x > box[2]) box[2] = x;
	if (y > box[3]) box[3] = y;
}

export class Truth {
	constructor(engine) {
		this.engine = engine;
		this.samples = new Map(
			engine.actors
				.filter((actor) => !actor.deco)
				.map((actor) => [actor, surfaceSamples(actor.model.mesh, actor.id * 77 + 1)])
		);
	}

	/** One line of <scene>.truth.jsonl: every actor whose box touches the picture. */
	frame(f, flow) {
		const { engine } = this;
		const ids = new IdentityBuffer(flow, engine.width, engine.height);
		const parts = ids.visibleParts();
		const objs = engine.actors
			.map((actor, i) => this.object(actor, f, ids, i + 1, parts.get(i + 1)))
			.filter((object) => object !== null);
		return { f, t: tidy(f / engine.scene.fps, 3), objs };
	}

	object(actor, f, ids, number, part) {
		const { engine } = this;
		const state = actor.deco ? null : actor.at(f);
		if (!state || engine.project(state.x, 1, state.z)[2] < 0.6) return null;
		const bones = poseOf(actor.model, state);
		const box = this.box(actor.model.mesh, bones);
		if (box[2] < 0 || box[3] < 0 || box[0] > engine.width || box[1] > engine.height) return null;
		const foot = engine.project(state.x, state.y ?? 0, state.z);
		return {
			id: actor.id,
			cls: actor.cls,
			sub: actor.sub,
			role: actor.role,
			box: box.map((v) => tidy(v, 1)),
			visBox: part?.box ?? null,
			px: part?.pixels ?? 0,
			vis: tidy(this.visibleShare(this.samples.get(actor), bones, ids, number), 2),
			foot: [tidy(foot[0], 1), tidy(foot[1], 1)],
			pos: [tidy(state.x, 2), tidy(-state.z, 2)],
			z: tidy(state.y ?? 0, 2),
			vel: this.velocity(actor, f, state).map((v) => tidy(v, 3)),
			yaw: tidy((450 - (state.yaw * 180) / Math.PI) % 360, 1),
			size: actor.model.size.map((v) => tidy(v, 2))
		};
	}

	/** Box of all projected vertices, seen or not. */
	box(mesh, bones) {
		const box = [Infinity, Infinity, -Infinity, -Infinity];
		for (let i = 0; i < mesh.b.length; i++) {
			const point = carry(bones[mesh.b[i]], mesh.p[i * 3], mesh.p[i * 3 + 1], mesh.p[i * 3 + 2]);
			const [x, y, depth] = this.engine.project(...point);
			if (depth >= 0.3) grow(box, x, y);
		}
		return box;
	}

	/** Share of the surface turned to the camera that is neither hidden nor out of the picture. */
	visibleShare(samples, bones, ids, number) {
		let facing = 0;
		let seen = 0;
		for (const { point, normal, bone } of samples) {
			const p = carry(bones[bone], ...point);
			const n = carryDirection(bones[bone], ...normal);
			const { eye } = this.engine;
			if (n[0] * (eye.x - p[0]) + n[1] * (eye.y - p[1]) + n[2] * (eye.z - p[2]) <= 0) continue;
			facing++;
			const [x, y] = this.engine.project(...p);
			if (this.near(ids, Math.floor(x / 2), Math.floor(y / 2), number)) seen++;
		}
		return facing ? seen / facing : 0;
	}

	near(ids, u, v, number) {
		if (u < 0 || v < 0 || u >= ids.width || v >= ids.height) return false;
		for (let dv = -1; dv <= 1; dv++)
			for (let du = -1; du <= 1; du++) if (ids.actorAt(u + du, v + dv) === number) return true;
		return false;
	}

	/** East and north metres a second, by central difference where the actor is there before and after. */
	velocity(actor, f, state) {
		const before = (f > 0 && actor.at(f - 1)) || state;
		const after = actor.at(f + 1) ?? state;
		const frames = (before !== state ? 1 : 0) + (after !== state ? 1 : 0) || 1;
		const perSecond = this.engine.scene.fps / frames;
		return [(after.x - before.x) * perSecond, -(after.z - before.z) * perSecond];
	}

	/** One line of <scene>.flow.jsonl: displacement to frame f + 1 of every grid point that moves with an actor. */
	grid(f, flow, step = 8) {
		const { engine } = this;
		const ids = new IdentityBuffer(flow, engine.width, engine.height);
		const pts = [];
		for (let y = step / 2; y < engine.height; y += step)
			for (let x = step / 2; x < engine.width; x += step) {
				const o = ids.offset(x >> 1, y >> 1);
				const actor = engine.actors[flow[o + 2] - 1];
				if (!actor || actor.deco || !Number.isFinite(flow[o])) continue;
				const [dx, dy] = [tidy(flow[o], 2), tidy(flow[o + 1], 2)];
				if (dx !== 0 || dy !== 0) pts.push([x, y, dx, dy, actor.id]);
			}
		return { f, step, pts };
	}
}

/** Pairs [identity at the end, identity at the start] of the actors that are alive across the seam of the loop. */
export function identitiesAcrossSeam(actors, frames) {
	const named = actors.filter((actor) => !actor.deco);
	return named.flatMap((actor) => {
		const end = actor.at(frames);
		if (!end) return [];
		const same = named.find((other) => {
			const start = other.cls === actor.cls ? other.at(0) : null;
			return start && Math.hypot(start.x - end.x, start.z - end.z) < 0.01;
		});
		return same ? [[actor.id, same.id]] : [];
	});
}
