// Rows as the API and the workers see them, and what all writes of this room check.
import type { Rule, RuleRecord } from '#lib/contracts/rule.ts';
import type { Zone, ZoneRecord } from '#lib/contracts/zone.ts';
import { AppError } from '../base/errors.ts';
import { placeProblem } from './place.ts';
import type { RuleRow, ZoneRow } from './store.ts';

export interface WriteOptions {
	/** The `updated_at` the caller last read: another one since then is a `conflict`. */
	ifUpdatedAt?: string;
}

export function toZoneRecord({ created_at, updated_at, ...fields }: ZoneRow): ZoneRecord {
	return { ...fields, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() };
}

export function toZone({ id, name, kind, points }: ZoneRow): Zone {
	return { id, name, kind, points };
}

export function toRuleRecord({ zone, created_at, updated_at, ...fields }: RuleRow): RuleRecord {
	return {
		...fields,
		problem: placeProblem(fields, zone)?.message ?? null,
		created_at: created_at.toISOString(),
		updated_at: updated_at.toISOString()
	};
}

/** What a worker needs of it. */
export function toRule(record: RuleRecord): Rule {
	const { id, name, zone_id, severity, condition, sustain_s, release_s, cooldown_s, schedule, updated_at } =
		record;
	return { id, name, zone_id, severity, condition, sustain_s, release_s, cooldown_s, schedule, updated_at };
}

export function requireUnchanged(
	row: { name: string; updated_at: Date },
	{ ifUpdatedAt }: WriteOptions
): void {
	if (ifUpdatedAt === undefined || row.updated_at.toISOString() === ifUpdatedAt) return;
	throw new AppError(
		'conflict',
		`${row.name} was changed at ${row.updated_at.toISOString()}, after you read it. Load it again and repeat your change.`
	);
}

export function isUuid(id: string): boolean {
	return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
}

export function noStream(id: string): AppError {
	return new AppError(
		'not_found',
		`There is no stream ${id.slice(0, 64)}. GET /api/v1/streams lists those there are.`
	);
}

export function invalid(path: string, message: string): AppError {
	return new AppError('invalid_input', `${path}: ${message}`, { errors: [{ path, message }] });
}
