// Seeded random numbers: the same pictures on every machine, so no clock and no Math.random anywhere.

/** Mulberry32: uniform numbers in [0, 1) from a 32-bit seed. */
export function randomFrom(seed) {
	let a = seed >>> 0;
	return () => {
		a = (a + 0x6d2b79f5) | 0;
		let t = Math.imul(a ^ (a >>> 15), 1 | a);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}
