// Which of a scene's true boxes a detector of movement must find, and which it may find or not.
import { clipped, type Truth, type TruthObject } from '../../scenes/truth.ts';
import type { BoundingBox } from '#lib/contracts/detection.ts';

export interface TrueBox {
	/** The same for one thing over the whole play, over seams too. */
	id: number;
	box: BoundingBox;
	/** False where finding it is neither right nor wrong. */
	target: boolean;
	/** Visible pixels of the film as rendered (1280x720). */
	px: number;
}

export interface Protocol {
	/** Least visible pixels, of the film as rendered. */
	minPixels: number;
	/** Least share of the surface facing the camera that is seen: neither hidden nor out of the picture. */
	minVisible: number;
	/** It has moved for this long, s, with all of the above true. */
	settledS: number;
}

export const PROTOCOL: Protocol = { minPixels: 800, minVisible: 0.7, settledS: 0.5 };

export const PROTOCOL_TEXT =
	`targets: seen parts of things that move by themselves, have done so in sight for ${PROTOCOL.settledS} s, show at least ` +
	`${PROTOCOL.minPixels} px of 1280x720 (${PROTOCOL.minPixels / 4} at 640) and ${100 * PROTOCOL.minVisible}% of themselves; ` +
	'smaller, more hidden, standing or new things may be found or not. Trees, lamps, shadows and reflections are never right.';

/** Standing still, m/s. */
const STILL = 0.15;

/** The boxes of every frame of `rounds` loops, by the film's frame number. */
export function trueBoxes(truth: Truth, rounds: number, protocol = PROTOCOL): TrueBox[][] {
	const { camera, fps, seam } = truth.meta;
	const sameAs = new Map(seam);
	const goodSince = new Map<number, number>();
	const all: TrueBox[][] = [];
	let names = new Map<number, number>();
	let nextName = 1;
	for (let round = 0; round < rounds; round++) {
		const carried = names;
		names = new Map();
		for (const [end, start] of sameAs) {
			const name = carried.get(end);
			if (name !== undefined) names.set(start, name);
		}
		for (const { objs } of truth.frames) {
			const now = all.length / fps;
			all.push(
				objs
					.filter(({ cls, visBox, px }) => cls !== 'distractor' && visBox !== null && px > 0)
					.map((object) => {
						const name = names.get(object.id) ?? nextName++;
						names.set(object.id, name);
						if (!isGood(object, protocol)) goodSince.delete(name);
						else if (!goodSince.has(name)) goodSince.set(name, now);
						const since = goodSince.get(name);
						const target = since !== undefined && now - since >= protocol.settledS;
						return { id: name, box: boxOf(object, camera), target, px: object.px };
					})
			);
		}
	}
	return all;
}

function isGood({ px, vis, vel }: TruthObject, { minPixels, minVisible }: Protocol): boolean {
	return px >= minPixels && vis >= minVisible && Math.hypot(vel[0], vel[1]) > STILL;
}

function boxOf({ visBox, box }: TruthObject, camera: Truth['meta']['camera']): BoundingBox {
	const [left, top, right, bottom] = clipped(visBox ?? box, camera);
	const { width, height } = camera;
	return {
		x: left / width,
		y: top / height,
		width: (right - left) / width,
		height: (bottom - top) / height
	};
}
