// How well what moves is found on the demo scenes, held to what it was when last tuned (npm run bench:scenes tells all of it).
import { describe, expect, it } from 'vitest';
import { scoreScene } from '../bench/scenes/score.ts';

describe.each([
	{ scene: 'junction', ap50: 0.8, ap33: 0.9, idf1: 0.75 },
	{ scene: 'yard', ap50: 0.8, ap33: 0.9, idf1: 0.83 }
] as const)('$scene', ({ scene, ap50, ap33, idf1 }) => {
	it('has its moving things found, enclosed and followed', async () => {
		const { last, loose, identity, trackerAlone } = await scoreScene(scene);
		expect(last.ap).toBeGreaterThan(ap50);
		expect(loose.ap).toBeGreaterThan(ap33);
		expect(identity.idf1).toBeGreaterThan(idf1);
		expect(trackerAlone.idf1).toBeGreaterThan(0.85);
	}, 60_000);
});
