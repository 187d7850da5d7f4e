// Channels as people add, change and remove them; their secrets sealed as one.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
	channelConfigs,
	channelInput,
	type ChannelInput,
	type ChannelPatch,
	type ChannelRecord
} from '#lib/contracts/channel.ts';
import { AppError } from '../../base/errors.ts';
import type { Sealer } from '../../base/sealer.ts';
import type { Target } from '../senders/index.ts';
import type { Reach } from '../senders/reach.ts';
import { checkTarget } from './check.ts';
import { maskConfig, restoreSecrets, type Config } from './secrets.ts';
import * as store from './store.ts';

export interface WriteOptions {
	/** The `updated_at` the caller last read: another one since then is a `conflict`. */
	ifUpdatedAt?: string;
}

/** Every method given an unknown id throws `not_found`. */
export interface Channels {
	/** Oldest first. */
	list(): Promise<ChannelRecord[]>;
	get(id: string): Promise<ChannelRecord>;
	create(input: ChannelInput): Promise<ChannelRecord>;
	/** All fields; `***` keeps a stored secret as long as host and user stay. */
	replace(id: string, input: ChannelInput, options?: WriteOptions): Promise<ChannelRecord>;
	/** Only the given fields, and of the configuration only its given fields. */
	patch(id: string, patch: ChannelPatch, options?: WriteOptions): Promise<ChannelRecord>;
	remove(id: string): Promise<void>;
}

export interface ChannelsDeps {
	db: store.DeliveryDatabase;
	sealer: Sealer;
	reach: Reach;
	/** Called after a channel was changed. */
	onChange: (id: string) => Promise<void>;
}

export function createChannels({ db, sealer, reach, onChange }: ChannelsDeps): Channels {
	async function get(id: string): Promise<ChannelRecord> {
		const [row] = isUuid(id) ? await store.readChannels(db, id) : [];
		if (!row) throw notFound(id);
		return toRecord(row);
	}

	async function create(input: ChannelInput): Promise<ChannelRecord> {
		const id = randomUUID();
		await store.insertChannel(db, id, columnsFor(id, input, null));
		return get(id);
	}

	async function change(
		id: string,
		input: (row: store.ChannelRow) => ChannelInput,
		options: WriteOptions = {}
	): Promise<ChannelRecord> {
		const write = (row: store.ChannelRow) => {
			requireUnchanged(row, options);
			return columnsFor(id, input(row), row);
		};
		if (!isUuid(id) || !(await store.changeChannel(db, id, write))) throw notFound(id);
		await onChange(id);
		return get(id);
	}

	function columnsFor(id: string, input: ChannelInput, row: store.ChannelRow | null): store.ChannelValues {
		const { config: given, ...rest } = input;
		const whole = wholeConfig(input, row);
		if (row && whole === null) return { ...rest, config: row.config, sealed_config: row.sealed_config };
		const target = { type: input.type, config: whole ?? given } as Target;
		checkTarget(target, reach);
		return {
			...rest,
			config: maskConfig(target.config),
			sealed_config: sealer.seal(JSON.stringify(target.config), id)
		};
	}

	/** With its secrets in place; null keeps what is stored, even where the key that could open it is lost. */
	function wholeConfig(input: ChannelInput, row: store.ChannelRow | null): Config | null {
		const unchanged = row?.type === input.type && sameConfig(row.config, input.config);
		const stored = row?.type === input.type ? storedConfig(sealer, row) : null;
		if (unchanged && stored === null) return null;
		const restored = restoreSecrets(input.type, input.config, stored);
		if (!restored.ok) throw invalid(restored.path, restored.message);
		const { success, data } = channelConfigs[input.type].safeParse(restored.config);
		if (!success) throw invalid('config', 'The stored secrets do not fit any more: type them again.');
		return data as Config;
	}

	async function remove(id: string): Promise<void> {
		if (!isUuid(id) || !(await store.deleteChannel(db, id))) throw notFound(id);
	}

	return {
		list: async () => (await store.readChannels(db)).map(toRecord),
		get,
		create,
		replace: (id, input, options) => change(id, () => input, options),
		patch: (id, patch, options) => change(id, (row) => patched(row, patch), options),
		remove
	};
}

/** The configuration with its secrets; null when the key that sealed it is another one. */
export function storedConfig(sealer: Sealer, row: store.ChannelRow): Config | null {
	const opened = sealer.unseal(row.sealed_config, row.id);
	return opened.ok ? (JSON.parse(opened.plain) as Config) : null;
}

/** Where a channel leads, with its secrets; null when they cannot be read. */
export function targetOf(sealer: Sealer, row: store.ChannelRow): Target | null {
	const config = storedConfig(sealer, row);
	return config === null ? null : ({ type: row.type, config } as Target);
}

/** The stored fields, masked, with the given ones over them: then it is as if all had been sent. */
function patched(row: store.ChannelRow, patch: ChannelPatch): ChannelInput {
	const { name, type, enabled, min_interval_s, max_per_hour, notify_resolved } = row;
	const fields = { name, type, enabled, min_interval_s, max_per_hour, notify_resolved };
	const given = { ...fields, ...patch, config: { ...row.config, ...patch.config } };
	const result = channelInput.safeParse(given);
	if (result.success) return result.data;
	// The whole of it was valid when it was stored: what is wrong is in the patch.
	throw new z.ZodError(result.error.issues);
}

function sameConfig(a: Config, b: Config): boolean {
	return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

const sorted = (config: Config) => Object.entries(config).sort(([a], [b]) => a.localeCompare(b));

function toRecord(row: store.ChannelRow & store.ChannelFigures): ChannelRecord {
	const { sealed_config: _, created_at, updated_at, ...rest } = row;
	return { ...rest, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() };
}

function requireUnchanged(row: store.ChannelRow, { ifUpdatedAt }: WriteOptions): void {
	if (ifUpdatedAt === undefined || row.updated_at.toISOString() === ifUpdatedAt) return;
	throw new AppError(
		'conflict',
		`${row.name} was changed at ${row.updated_at.toISOString()}, after you read it. Load it again and repeat your change.`
	);
}

function invalid(path: string, message: string): AppError {
	return new AppError('invalid_input', message, { errors: [{ path, message }] });
}

export function isUuid(id: string): boolean {
	return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
}

export function notFound(id: string): AppError {
	return new AppError(
		'not_found',
		`There is no channel ${id.slice(0, 64)}. GET /api/v1/channels lists those there are.`
	);
}
