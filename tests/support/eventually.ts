// Waiting for what takes its time in a real system.
import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again until `check` is satisfied, and answers that value; throws with the last one after `seconds`. */
export async function eventually<T>(
	ask: () => Promise<T>,
	check: (value: T) => boolean,
	seconds = 30
): Promise<T> {
	const deadline = Date.now() + seconds * 1000;
	for (;;) {
		const value = await ask();
		if (check(value)) return value;
		if (Date.now() > deadline) {
			throw new Error(`Not within ${seconds} s; last seen: ${JSON.stringify(value).slice(0, 2000)}`);
		}
		await sleep(200);
	}
}
