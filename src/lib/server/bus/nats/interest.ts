// Who watches what: watchers say it at once and again every few seconds; what nobody watches is not published.
import type { Link } from './connection.ts';
import { decodeWatching, encodeWatching, type Watching, type WireSubjects } from './wire.ts';

const AGAIN_EVERY_MS = 3_000;
/** A watcher that said nothing for so long watches no more: it died. */
const EXPIRES_AFTER_MS = 10_000;
/** Answers to one question of many instances come spread over so long, ms. */
const SPREAD_MS = 50;
const ALL = '*';

export interface Interest {
	/** Until the returned function is called. */
	watch(subject: string, key: string): () => void;
	watchedElsewhere(subject: string, key: string): boolean;
	close(): void;
}

export interface InterestParts {
	link: Link;
	wire: WireSubjects;
	instance: string;
	/** Takes a watched subject's messages from afar, of one key or of all (null), until the returned function is called. */
	take: (subject: string, key: string | null) => () => void;
	malformed: () => void;
}

export function createInterest({ link, wire, instance, take, malformed }: InterestParts): Interest {
	const mine = createWatched(take);
	const theirs = new Map<string, { until: number; keys: Map<string, Set<string>> }>();
	let announcing = false;

	function announce(ask = false): void {
		announcing = false;
		link.publish(wire.watch, encodeWatching({ from: instance, watches: mine.keys(), ask }));
	}
	/** Several changes of one moment are said once. */
	function announceSoon(): void {
		if (announcing) return;
		announcing = true;
		queueMicrotask(() => announce());
	}
	function hear({ from, watches, ask }: Watching): void {
		const keys = new Map(Object.entries(watches).map(([subject, list]) => [subject, new Set(list)]));
		if (keys.size === 0) theirs.delete(from);
		else theirs.set(from, { until: performance.now() + EXPIRES_AFTER_MS, keys });
		if (ask && !mine.none()) setTimeout(announceSoon, Math.random() * SPREAD_MS);
	}
	const stopHearing = link.subscribe(wire.watch, ({ data }) => {
		const watching = decodeWatching(data);
		if (watching) hear(watching);
		else malformed();
	});
	const stopGreeting = link.onConnect(() => announce(true));
	const again = setInterval(() => {
		if (!mine.none()) announce();
		for (const [from, { until }] of theirs) if (until < performance.now()) theirs.delete(from);
	}, AGAIN_EVERY_MS);
	again.unref();

	return {
		watch(subject, key) {
			const end = mine.add(subject, key);
			announceSoon();
			return () => {
				if (end()) announceSoon();
			};
		},
		watchedElsewhere(subject, key) {
			const now = performance.now();
			for (const { until, keys } of theirs.values()) {
				const watched = keys.get(subject);
				if (until >= now && watched && (watched.has(key) || watched.has(ALL))) return true;
			}
			return false;
		},
		close() {
			clearInterval(again);
			stopGreeting();
			stopHearing();
			mine.clear();
			announce();
		}
	};
}

interface Watched {
	/** The returned function answers whether it ended something: it may be called twice. */
	add(subject: string, key: string): () => boolean;
	keys(): Record<string, string[]>;
	none(): boolean;
	clear(): void;
}

/** What is watched here, counted; with all keys watched, one subscription stands for each. */
function createWatched(take: InterestParts['take']): Watched {
	const subjects = new Map<string, { counts: Map<string, number>; taken: Map<string, () => void> }>();

	function adjust(subject: string): void {
		const entry = subjects.get(subject);
		if (!entry) return;
		const wanted = new Set(entry.counts.has(ALL) ? [ALL] : entry.counts.keys());
		for (const [key, end] of entry.taken) {
			if (wanted.has(key)) continue;
			end();
			entry.taken.delete(key);
		}
		for (const key of wanted) {
			if (!entry.taken.has(key)) entry.taken.set(key, take(subject, key === ALL ? null : key));
		}
		if (entry.counts.size === 0) subjects.delete(subject);
	}
	return {
		add(subject, key) {
			const entry = subjects.get(subject) ?? { counts: new Map(), taken: new Map() };
			subjects.set(subject, entry);
			entry.counts.set(key, (entry.counts.get(key) ?? 0) + 1);
			adjust(subject);
			let ended = false;
			return () => {
				if (ended) return false;
				ended = true;
				const left = (entry.counts.get(key) ?? 1) - 1;
				if (left > 0) entry.counts.set(key, left);
				else entry.counts.delete(key);
				adjust(subject);
				return true;
			};
		},
		keys: () => Object.fromEntries([...subjects].map(([name, { counts }]) => [name, [...counts.keys()]])),
		none: () => subjects.size === 0,
		clear() {
			for (const { taken } of subjects.values()) for (const end of taken.values()) end();
			subjects.clear();
		}
	};
}
