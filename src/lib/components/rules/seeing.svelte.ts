// What one camera's zones show now, worked out in the browser from the live frames by the very code that judges rules.
import { SvelteMap } from 'svelte/reactivity';
import type { Crossings, ZoneFacts } from '#lib/contracts/facts.ts';
import type { Condition } from '#lib/contracts/rule.ts';
import type { Zone } from '#lib/contracts/zone.ts';
import { createBaseline, type Baseline } from '#lib/rules/baseline.ts';
import { judge, minConfidenceOf, type Judgement } from '#lib/rules/conditions.ts';
import {
	confidentFacts,
	createZoneMemory,
	factsFrame,
	zoneFactsOf,
	type FactsFrame,
	type ZoneMemory
} from '#lib/rules/zone-facts.ts';
import type { LivePicture } from '../live/draw.ts';
import type { LiveFeed } from '../live/feed.svelte.ts';
import { addCrossings } from './now.ts';

/** Figures that change more often than this cannot be read. */
const TOLD_EVERY_MS = 300;

/** One zone (or the whole picture) as it was followed so far. */
interface Followed {
	/** Of the shape followed: another shape begins anew. */
	shape: string;
	memory: ZoneMemory;
	baseline: Baseline;
	crossed: Record<string, Crossings>;
	facts: ZoneFacts;
}

export class Seeing {
	/** Classes seen since the page was opened. */
	readonly classes = new SvelteMap<string, true>();
	/* eslint-disable svelte/prefer-svelte-reactivity -- maps are made anew and handed over whole */
	/** By zone id; the whole picture is null. A new map at most every TOLD_EVERY_MS. */
	#told = $state.raw<ReadonlyMap<string | null, Followed>>(new Map());
	#followed: ReadonlyMap<string | null, Followed> = new Map();
	/* eslint-enable svelte/prefer-svelte-reactivity */
	#toldAt = 0;
	#lastSeq = -1;
	readonly #feed: LiveFeed;
	readonly #streamId: string;
	readonly #zones: () => readonly Zone[];

	/** `zones` answers them as they are on the screen: unsaved shapes are followed too. */
	constructor(feed: LiveFeed, streamId: string, zones: () => readonly Zone[]) {
		this.#feed = feed;
		this.#streamId = streamId;
		this.#zones = zones;
	}

	/** Begins to look; answers the function that ends it. */
	start(): () => void {
		return this.#feed.watch(this.#streamId, (picture) => this.#take(picture));
	}

	/** What a zone shows, crossings counted since the page was opened; null before the first frame. Reactive. */
	facts(zoneId: string | null): ZoneFacts | null {
		const followed = this.#told.get(zoneId);
		return followed ? { ...followed.facts, crossings: followed.crossed } : null;
	}

	/** How a condition judges a zone now; null before the first frame. Reactive. */
	judge(condition: Condition, zoneId: string | null): Judgement | null {
		const followed = this.#told.get(zoneId);
		if (!followed) return null;
		const sure = confidentFacts(followed.facts, followed.memory, minConfidenceOf(condition));
		return judge(condition, { ...sure, crossings: followed.crossed }, followed.baseline.at(Date.now()));
	}

	#take({ frame }: LivePicture): void {
		if (frame.seq === this.#lastSeq) return;
		this.#lastSeq = frame.seq;
		const now = factsFrame({
			at: Date.parse(frame.capturedAt),
			width: frame.width,
			height: frame.height,
			gridSize: frame.flow.gridSize,
			total: frame.flow.total,
			vectors: frame.flow.vectors,
			objects: frame.detections.map(({ boundingBox, ...rest }) => ({ ...rest, box: boundingBox }))
		});
		for (const { label } of frame.detections) if (!this.classes.has(label)) this.classes.set(label, true);
		const followed = [null, ...this.#zones()].map(
			(zone) => [zone?.id ?? null, this.#follow(zone, now)] as const
		);
		// eslint-disable-next-line svelte/prefer-svelte-reactivity -- as above
		this.#followed = new Map(followed);
		if (Date.now() - this.#toldAt < TOLD_EVERY_MS) return;
		this.#toldAt = Date.now();
		this.#told = this.#followed;
	}

	#follow(zone: Zone | null, now: FactsFrame): Followed {
		const shape = zone ? JSON.stringify([zone.kind, zone.points]) : '';
		const known = this.#followed.get(zone?.id ?? null);
		const before = known?.shape === shape ? known : { ...blank(), shape };
		const facts = zoneFactsOf(zone, now, before.memory);
		if (facts.flow) before.baseline.add(now.at, facts.flow.avg, false);
		return { ...before, facts, crossed: addCrossings(before.crossed, facts.crossings) };
	}
}

function blank(): Omit<Followed, 'facts' | 'shape'> {
	return { memory: createZoneMemory(), baseline: createBaseline(), crossed: {} };
}
