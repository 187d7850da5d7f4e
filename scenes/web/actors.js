// Chooses the model of an actor by its type. An actor is {key, cls, sub, role?, model, at(frame) -> state or null}.
import { randomFrom } from './random.js';
import { person } from './people.js';
import { car } from './vehicles.js';
import { IDENTITY } from './matrices.js';

const PAINTS = [
	0x8d9399, 0xd9dbdc, 0x1c1f24, 0x2b3f63, 0x7a1f22, 0xe8e6e1, 0x54606b, 0x39424a, 0x9a8f7d, 0x27514a,
	0xb4b8bc, 0x16324f, 0xb5562a
];
const FRAMES = [0x1f5fa8, 0xb02a2a, 0x222222, 0x2e7d52, 0xd8d8d8];
const KINDS = ['hatch', 'sedan', 'suv', 'hatch', 'sedan'];

/**
 * @param {'person' | 'cyclist' | 'car' | 'van'} type
 * @param {number} seed chooses what `look` leaves open
 */
export function model(type, seed, look = {}) {
	switch (type) {
		case 'person':
			return person(seed, look);
		case 'cyclist':
			return person(seed, {
				bike: FRAMES[seed % FRAMES.length],
				pack: seed % 3 === 0,
				coat: false,
				hat: seed % 2 === 0,
				...look
			});
		case 'car':
		case 'van': {
			const paint = PAINTS[Math.floor(randomFrom(seed * 31 + 5)() * PAINTS.length)];
			return car(look.kind ?? KINDS[seed % KINDS.length], look.color ?? paint, look);
		}
		default:
			throw new Error(`no model of type ${type}`);
	}
}

/** The model of a thing that only comes and goes, its mesh given in the world. */
export const still = (mesh) => ({ mesh, pose: 'custom', bones: () => [IDENTITY], size: [0, 0, 0] });
