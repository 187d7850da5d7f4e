// Instances: the running servers of one fleet, what each may run, and the labels that place streams near their cameras.
import { z } from 'zod';

export const INSTANCE_ROLES = ['web', 'worker', 'relay'] as const;
export type InstanceRole = (typeof INSTANCE_ROLES)[number];

const LABEL_NAME = /^[a-z0-9]([a-z0-9._/-]{0,61}[a-z0-9])?$/;
const LABEL_VALUE = /^[\w.-]{1,63}$/;
export const MAX_LABELS = 8;

/** `{site: "north", gpu: "yes"}`: said of an instance, and asked for by a stream. */
export const labels = z
	.record(
		z.string().regex(LABEL_NAME, { error: 'a label is named in lower case letters, digits, . _ / -' }),
		z.string().regex(LABEL_VALUE, { error: 'a label says 1 to 63 letters, digits, . _ -' })
	)
	.refine((given) => Object.keys(given).length <= MAX_LABELS, { error: `at most ${MAX_LABELS} labels` });
export type Labels = z.infer<typeof labels>;

/** Whether an instance bears every label a stream asks for. */
export function bears(instance: Labels, asked: Labels): boolean {
	return Object.entries(asked).every(([name, value]) => instance[name] === value);
}

export const INSTANCE_STATES = ['up', 'away'] as const;

/** What GET /instances answers of each. */
export const instanceRecord = z.object({
	id: z.string(),
	state: z.enum(INSTANCE_STATES).describe('away: it has not renewed its leases in time; its streams move'),
	roles: z.array(z.enum(INSTANCE_ROLES)),
	labels,
	version: z.string(),
	address: z.string().nullable().describe('host:port where its metrics and health are'),
	streams: z.int().describe('streams it holds'),
	max_streams: z.int(),
	started_at: z.iso.datetime(),
	heartbeat_at: z.iso.datetime(),
	clock_skew_s: z.number().describe("how far its clock is ahead of the database's; negative: behind")
});
export type InstanceRecord = z.infer<typeof instanceRecord>;
