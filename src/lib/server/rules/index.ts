// The rules room's door: zones on streams, rules over them, what workers watch for, and what a rule would have done.
import type { DryRunInput, DryRunResult, RuleRecord } from '#lib/contracts/rule.ts';
import type { WatchConfig } from '#lib/contracts/run.ts';
import type { ZoneRecord } from '#lib/contracts/zone.ts';
import { dryRun, type StoredSeconds } from './dry-run.ts';
import { isUuid, toRule, toRuleRecord, toZone, toZoneRecord } from './record.ts';
import { createRegistry, unknownStream, type Registry } from './registry.ts';
import * as store from './store.ts';
import { createZones, type Zones } from './zones.ts';

export type { Registry } from './registry.ts';
export type { Zones } from './zones.ts';
export type { WriteOptions } from './record.ts';

export interface Rules extends Omit<Registry, 'requirePlace'> {
	readonly zones: Zones;
	/** What a rule, saved or not, would have done over what is stored. */
	dryRun(input: DryRunInput): Promise<DryRunResult>;
	/** What a stream's worker watches for: all zones, and the enabled rules it can judge. Empty for a stream that is gone. */
	watchOf(streamId: string): Promise<WatchConfig>;
	/** The enabled rules on streams' states, which the server judges. */
	healthRules(): Promise<RuleRecord[]>;
	/** A rule with its zone, for those who tell of it; null when it is gone. */
	find(id: string): Promise<{ rule: RuleRecord; zone: ZoneRecord | null } | null>;
}

export interface RulesDeps {
	db: store.RulesDatabase;
	/** The history room's seconds. */
	seconds: StoredSeconds;
	/** Called after every write of a stream's zones or rules. */
	onChange: (streamId: string) => void;
}

export function createRules({ db, seconds, onChange }: RulesDeps): Rules {
	const { requirePlace, ...registry } = createRegistry(db, onChange);

	return {
		...registry,
		zones: createZones(db, onChange),
		async dryRun(input) {
			if (!(await store.streamExists(db, input.stream_id))) throw unknownStream(input.stream_id);
			await requirePlace(input);
			const zone = input.zone_id === null ? null : ((await store.findZone(db, input.zone_id)) ?? null);
			return dryRun(input, zone, seconds, Date.now());
		},
		async watchOf(streamId) {
			const [zones, rules] = await Promise.all([
				store.listZones(db, streamId),
				store.listRules(db, streamId)
			]);
			return {
				zones: zones.map(toZone),
				rules: rules
					.map(toRuleRecord)
					.filter(
						({ enabled, problem, condition }) => enabled && !problem && condition.type !== 'stream_health'
					)
					.map(toRule)
			};
		},
		healthRules: async () =>
			(await store.listHealthRules(db)).map(toRuleRecord).filter(({ problem }) => problem === null),
		async find(id) {
			const row = isUuid(id) ? await store.findRule(db, id) : undefined;
			if (!row) return null;
			const zone = row.zone_id === null ? undefined : await store.findZone(db, row.zone_id);
			return { rule: toRuleRecord(row), zone: zone ? toZoneRecord(zone) : null };
		}
	};
}
