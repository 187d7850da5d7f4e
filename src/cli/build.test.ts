// What the built server's request handler is told.
import { expect, it } from 'vitest';
import { MAX_MODEL_BYTES } from '../lib/contracts/model.ts';
import { adapterSettings } from './build.ts';

it('lets the routes say what is too large before the adapter cuts it off', () => {
	const { BODY_SIZE_LIMIT } = adapterSettings({ originGiven: false } as Parameters<
		typeof adapterSettings
	>[0]);
	expect(Number(BODY_SIZE_LIMIT)).toBeGreaterThan(MAX_MODEL_BYTES);
});
