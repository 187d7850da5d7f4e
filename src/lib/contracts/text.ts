// Text that people type: bounded, printable, trimmed.
import { z } from 'zod';

/** Everything printable, emoji included; control characters break logs and terminals. */
export const text = (max: number) =>
	z
		.string()
		.trim()
		.max(max, { error: `at most ${max} characters` })
		.refine((value) => !/\p{Cc}/u.test(value), { error: 'must not hold control characters' });

export const name = (max: number, missing: string) => text(max).min(1, { error: missing });
