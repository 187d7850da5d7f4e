// The watching stage: what each frame shows in the zones, what the rules make of it, and each second's facts.
import type { RuleState } from '#lib/contracts/alert.ts';
import type { TrackedObject } from '#lib/contracts/detection.ts';
import type { StreamFacts } from '#lib/contracts/facts.ts';
import type { FlowSample } from '#lib/contracts/flow.ts';
import type { Rule } from '#lib/contracts/rule.ts';
import type { WatchConfig } from '#lib/contracts/run.ts';
import type { Zone } from '#lib/contracts/zone.ts';
import { createBaseline, type Baseline } from '#lib/rules/baseline.ts';
import { createBreach, type Breach } from '#lib/rules/breach.ts';
import { judge, minConfidenceOf } from '#lib/rules/conditions.ts';
import { createSecond, type Second } from '#lib/rules/second.ts';
import {
	confidentFacts,
	createZoneMemory,
	factsFrame,
	zoneFactsOf,
	type FactsFrame,
	type ZoneMemory
} from '#lib/rules/zone-facts.ts';

/** A frame with everything known of it. */
export interface WatchedFrame {
	/** ms since the epoch. */
	capturedAt: number;
	width: number;
	height: number;
	gridSize: number;
	flow: FlowSample;
	/** [x, y, dx, dy, …] of the vectors above the threshold, px of the frame. */
	vectors: Float32Array;
	objects: TrackedObject[];
}

export interface Watching {
	frame(frame: WatchedFrame): void;
	/** Other zones or rules from now on; rules that stay keep where they stand. */
	set(watch: WatchConfig): void;
	/** The facts of the second that ended; null without a frame. */
	take(): StreamFacts | null;
}

export interface WatchingDeps {
	rule(state: RuleState): void;
}

/** A zone, or the whole picture, with what is remembered of it and the rules that look at it. */
interface Place {
	zone: Zone | null;
	memory: ZoneMemory;
	second: Second;
	rules: WatchedRule[];
}

interface WatchedRule {
	rule: Rule;
	breach: Breach;
	baseline: Baseline;
}

/**
 * The whole picture is always watched: its facts are stored, and rules without a zone look at it. A rule whose zone is
 * not given is not judged; rules on the stream's health are the server's.
 */
export function createWatching(streamId: string, watch: WatchConfig, { rule: tell }: WatchingDeps): Watching {
	let places = placesOf(watch, []);
	let lastAt: number | null = null;

	function look(place: Place, frame: FactsFrame): void {
		const facts = zoneFactsOf(place.zone, frame, place.memory);
		place.second.add(facts);
		for (const { rule, breach, baseline } of place.rules) {
			const sure = confidentFacts(facts, place.memory, minConfidenceOf(rule.condition));
			const judged = judge(rule.condition, sure, baseline.at(frame.at));
			if (facts.flow) baseline.add(frame.at, facts.flow.avg, judged.met);
			const change = breach.step(frame.at, judged);
			if (change) tell({ ruleId: rule.id, streamId, ...change });
		}
	}

	return {
		frame({ capturedAt, width, height, gridSize, flow: { total }, vectors, objects }) {
			const frame = factsFrame({ at: capturedAt, width, height, gridSize, total, vectors, objects });
			lastAt = capturedAt;
			for (const place of places) look(place, frame);
		},
		set(watched) {
			places = placesOf(watched, places);
		},
		take() {
			const zones = places.map(({ second }) => second.take()).filter((facts) => facts !== null);
			return zones.length === 0 || lastAt === null ? null : { streamId, at: lastAt, zones };
		}
	};
}

/** The whole picture first, then every zone; zones and rules that were there before keep what they remember. */
function placesOf({ zones, rules }: WatchConfig, before: readonly Place[]): Place[] {
	const judged = rules.filter(({ condition }) => condition.type !== 'stream_health');
	return [null, ...zones].map((zone) => {
		const id = zone?.id ?? null;
		const known = before.find((place) => (place.zone?.id ?? null) === id);
		const isSame = known !== undefined && shapeOf(known.zone) === shapeOf(zone);
		return {
			zone,
			memory: isSame ? known.memory : createZoneMemory(),
			second: isSame ? known.second : createSecond(id),
			rules: judged.filter((rule) => rule.zone_id === id).map((rule) => watchedRule(rule, known?.rules ?? []))
		};
	});
}

/** A rule with another name or severity is the same rule; one that judges differently begins anew. */
function watchedRule(rule: Rule, before: readonly WatchedRule[]): WatchedRule {
	const known = before.find((one) => one.rule.id === rule.id);
	if (known && judgedBy(known.rule) === judgedBy(rule)) return { ...known, rule };
	return { rule, breach: createBreach(rule), baseline: createBaseline() };
}

function shapeOf(zone: Zone | null): string {
	return JSON.stringify(zone && [zone.kind, zone.points]);
}

function judgedBy({ condition, sustain_s, release_s, cooldown_s, schedule }: Rule): string {
	return JSON.stringify([condition, sustain_s, release_s, cooldown_s, schedule]);
}
