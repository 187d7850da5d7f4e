// A moment that somebody asks for.
import { z } from 'zod';

/** ISO 8601 in UTC. There was no year 0000: the database does not know it, though the form allows it. */
export const askedMoment = z.iso
	.datetime()
	.refine((given) => !given.startsWith('0000'), { error: 'there was no year 0000' });
