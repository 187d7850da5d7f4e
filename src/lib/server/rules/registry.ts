// The rules, as people write, change and remove them.
import { isDeepStrictEqual } from 'node:util';
import {
	MAX_RULES_PER_STREAM,
	type RuleInput,
	type RulePatch,
	type RuleRecord
} from '#lib/contracts/rule.ts';
import { AppError } from '../base/errors.ts';
import { placeProblem, type PlacedRule } from './place.ts';
import { invalid, isUuid, requireUnchanged, toRuleRecord, type WriteOptions } from './record.ts';
import * as store from './store.ts';

/** Every method given an unknown rule throws `not_found`; what cannot work throws `invalid_input` with the field's name. */
export interface Registry {
	/** Oldest first; of one stream, or of all. */
	list(streamId?: string): Promise<RuleRecord[]>;
	get(id: string): Promise<RuleRecord>;
	/** Throws `conflict` when the stream has as many as there can be. */
	create(input: RuleInput): Promise<RuleRecord>;
	/** All fields but the stream, which a rule keeps. */
	replace(id: string, input: RuleInput, options?: WriteOptions): Promise<RuleRecord>;
	/** Only the given fields. */
	patch(id: string, patch: RulePatch, options?: WriteOptions): Promise<RuleRecord>;
	remove(id: string): Promise<void>;
	/** Throws `invalid_input` where a rule could not fire there. */
	requirePlace(rule: PlacedRule): Promise<void>;
}

export function createRegistry(db: store.RulesDatabase, onChange: (streamId: string) => void): Registry {
	async function requirePlace(rule: PlacedRule): Promise<void> {
		const zone = rule.zone_id === null ? null : ((await store.findZone(db, rule.zone_id)) ?? null);
		const problem = placeProblem(rule, zone);
		if (problem) throw invalid(problem.path, problem.message);
	}

	async function requireChannels(ids: readonly string[]): Promise<void> {
		const [unknown] = await store.unknownChannels(db, ids);
		if (unknown !== undefined)
			throw invalid(
				'channel_ids',
				`There is no channel ${unknown}. GET /api/v1/channels lists those there are.`
			);
	}

	async function requireRow(id: string): Promise<store.RuleRow> {
		const row = isUuid(id) ? await store.findRule(db, id) : undefined;
		if (!row) throw noRule(id);
		return row;
	}

	async function patch(id: string, given: RulePatch, options: WriteOptions = {}): Promise<RuleRecord> {
		const read = await requireRow(id);
		const values = {
			...given,
			...(given.channel_ids && { channel_ids: [...new Set(given.channel_ids)] })
		};
		// What was so before may stay so: a rule whose zone is gone can still be renamed, or switched off.
		if (!isDeepStrictEqual(placeOf({ ...read, ...values }), placeOf(read)))
			await requirePlace({ ...read, ...values });
		const before = new Set(read.channel_ids);
		await requireChannels((values.channel_ids ?? []).filter((channel) => !before.has(channel)));
		const row = await store.changeRule(db, id, (current) => {
			requireUnchanged(current, options);
			return values;
		});
		if (!row) throw noRule(id);
		onChange(row.stream_id);
		return toRuleRecord(row);
	}

	return {
		list: async (streamId) => (await store.listRules(db, streamId)).map(toRuleRecord),
		get: async (id) => toRuleRecord(await requireRow(id)),
		async create({ stream_id, ...values }) {
			await requirePlace({ stream_id, ...values });
			await requireChannels(values.channel_ids);
			const channel_ids = [...new Set(values.channel_ids)];
			const row = await store.insertRule(db, stream_id, { ...values, channel_ids }, MAX_RULES_PER_STREAM);
			if (row === 'no stream') throw unknownStream(stream_id);
			if (row === 'full') throw full();
			onChange(stream_id);
			return toRuleRecord(row);
		},
		async replace(id, { stream_id, ...values }, options) {
			if ((await requireRow(id)).stream_id !== stream_id)
				throw invalid('stream_id', 'A rule stays with its stream. Make a new rule on the other one.');
			return patch(id, values, options);
		},
		patch,
		async remove(id) {
			const streamId = isUuid(id) ? await store.deleteRule(db, id) : null;
			if (streamId === null) throw noRule(id);
			onChange(streamId);
		},
		requirePlace
	};
}

const placeOf = ({ zone_id, condition }: PlacedRule) => ({ zone_id, condition });

export function unknownStream(id: string): AppError {
	return invalid('stream_id', `There is no stream ${id}. GET /api/v1/streams lists those there are.`);
}

function full(): AppError {
	return new AppError(
		'conflict',
		`This stream has ${MAX_RULES_PER_STREAM} rules, as many as there can be. Delete one first.`
	);
}

function noRule(id: string): AppError {
	return new AppError(
		'not_found',
		`There is no rule ${id.slice(0, 64)}. GET /api/v1/rules lists those there are.`
	);
}
