// The registry's other side: what should run, and what became of it.
import type { ActivityLine } from '#lib/contracts/live.ts';
import type { Logger } from '../base/log.ts';
import { maskText } from '../base/mask.ts';
import { insertActivity, pruneActivity } from './activity/store.ts';
import type { Addresses } from './addresses.ts';
import { pruneHistory, writeTransition } from './history/store.ts';
import type { HeldStreams, RunnableStream, RunStateChange, StreamsForEngine } from './ports.ts';
import { analysisOf, detectionOf, processingVersion } from './record.ts';
import { checkAddress, type SourcePolicy } from './source.ts';
import * as store from './store.ts';

const MAX_LINE = 2000;
/** Lines, or transitions, between two prunings of one stream: few deletes, and never much more than is kept. */
const PRUNE_EVERY = 50;
/** Lost leases remembered as told. */
const MAX_FENCED = 1000;

export interface ForEngineDeps {
	db: store.StreamsDatabase;
	addresses: Addresses;
	policy: SourcePolicy;
	log: Logger;
	instanceId: string;
	/** Whether run states are told to the journal as well. */
	events: boolean;
	leases: HeldStreams;
}

export function createForEngine({
	db,
	addresses,
	policy,
	log,
	instanceId,
	events,
	leases
}: ForEngineDeps): StreamsForEngine {
	const activityDue = createDue(PRUNE_EVERY);
	const historyDue = createDue(PRUNE_EVERY);
	const fencedTokens = new Set<number>();

	async function listRunnable(): ReturnType<StreamsForEngine['listRunnable']> {
		const held = new Map(leases.wanted());
		// Without a question to the database: an instance that lost everything may have lost that as well.
		if (held.size === 0) return { runnable: [], refused: [] };
		const rows = await store.listActive(db, [...held.keys()]);
		const resolved = await Promise.all(
			rows.map(async (row) => ({ row, token: held.get(row.id)!, result: await addresses.sourceOf(row) }))
		);
		const runnable = resolved.flatMap(({ row, token, result }) =>
			result.ok ? [toRunnable(row, token, result.source)] : []
		);
		const refused = resolved.flatMap(({ row, token, result }) =>
			result.ok ? [] : [{ id: row.id, name: row.name, token, failure: result.failure }]
		);
		return { runnable, refused };
	}

	async function recordRunState(change: RunStateChange): Promise<void> {
		const masked = { ...change, detail: change.detail === null ? null : clean(change.detail) };
		const outcome = await writeTransition(db, masked, { instance: instanceId, events });
		if (outcome === 'fenced') tellFenced(change);
		if (outcome !== 'written') return;
		const starts = change.from === 'inactive';
		if (starts || historyDue(change.streamId, 1)) await pruneHistory(db, change.streamId, change.runId);
	}

	/** Once for each lease: what its run still says is dropped like the rest of it. */
	function tellFenced({ streamId, token, runId }: RunStateChange): void {
		if (fencedTokens.has(token)) return;
		if (fencedTokens.size >= MAX_FENCED) fencedTokens.clear();
		fencedTokens.add(token);
		log.info({ streamId, runId, token }, 'what became of a run was not stored: its lease is lost');
	}

	async function appendActivity(lines: (ActivityLine & { streamId: string })[]): Promise<void> {
		if (lines.length === 0) return;
		await insertActivity(
			db,
			lines.map((line) => ({ ...line, text: clean(line.text) }))
		);
		const counts = new Map<string, number>();
		for (const { streamId } of lines) counts.set(streamId, (counts.get(streamId) ?? 0) + 1);
		for (const [streamId, count] of counts) {
			if (activityDue(streamId, count)) await pruneActivity(db, streamId);
		}
	}

	return {
		tokenOf: (streamId) => leases.wanted().get(streamId) ?? null,
		listRunnable,
		checkAddress: (source) => checkAddress(source, policy),
		recordRunState,
		recordHeartbeats: (beats) => store.writeHeartbeats(db, beats),
		appendActivity
	};
}

function toRunnable(row: store.StreamRow, token: number, source: RunnableStream['source']): RunnableStream {
	return {
		id: row.id,
		name: row.name,
		source,
		maskedUrl: row.rtsp_url,
		analysis: analysisOf(row),
		staleAfterS: row.stale_after_s,
		detection: detectionOf(row),
		clipPrerollS: row.clip_preroll_s,
		token,
		processingVersion: processingVersion(row),
		...(row.next_run_id !== null && { nextRunId: row.next_run_id })
	};
}

/**
 * Foreign text as it may be stored: masked, bounded, and without NUL and half characters, which the database cannot hold. Cut generously
 * before masking, so that no address that begins within what is kept loses the @ it is recognised by.
 */
function clean(text: string): string {
	return maskText(text.slice(0, 4 * MAX_LINE).toWellFormed())
		.replaceAll('\u0000', '')
		.slice(0, MAX_LINE);
}

/** Counts for each key, and says once every `every` that it is time. The first count of a key after start says so too. */
function createDue(every: number): (key: string, count: number) => boolean {
	const counts = new Map<string, number>();
	return (key, count) => {
		const total = (counts.get(key) ?? every) + count;
		if (total >= every && counts.size > 10_000) counts.clear();
		counts.set(key, total >= every ? 0 : total);
		return total >= every;
	};
}
