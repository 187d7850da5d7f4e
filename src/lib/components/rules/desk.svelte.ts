// The rules of one camera as they are being changed: the server's records, and on top of them what is not saved yet.
import { SvelteMap } from 'svelte/reactivity';
import type { Problem } from '#lib/contracts/problem.ts';
import { MAX_RULES_PER_STREAM, type RuleRecord } from '#lib/contracts/rule.ts';
import type { Zone } from '#lib/contracts/zone.ts';
import { api, ApiError } from '../shell/api.ts';
import { blankRule, suggestedName, type RuleFields } from './blank.ts';

/** The key of the rule that was never saved. */
export const NEW = 'new';

export class RuleDesk {
	readonly streamId: string;
	records = $state.raw<readonly RuleRecord[]>([]);
	loaded = $state(false);
	/** Why the rules could not be read. */
	problem = $state.raw<Problem | null>(null);
	/** By rule id or NEW. */
	readonly #drafts = new SvelteMap<string, RuleFields>();

	constructor(streamId: string) {
		this.streamId = streamId;
	}

	record(id: string | null): RuleRecord | undefined {
		return this.records.find((rule) => rule.id === id);
	}

	get full(): boolean {
		return this.records.length >= MAX_RULES_PER_STREAM;
	}

	/** The rules that look at a zone; null is the whole picture. */
	on(zoneId: string | null): RuleRecord[] {
		return this.records.filter((rule) => rule.zone_id === zoneId);
	}

	/** A rule as it would be saved; null where there is none. */
	fields(id: string | null): RuleFields | null {
		if (id === null) return null;
		const record = this.record(id);
		return this.#drafts.get(id) ?? (record ? fieldsOf(record) : null);
	}

	dirty(id: string | null): boolean {
		const draft = id === null ? undefined : this.#drafts.get(id);
		if (!draft) return false;
		const record = this.record(id);
		return !record || JSON.stringify(draft) !== JSON.stringify(fieldsOf(record));
	}

	get anyDirty(): boolean {
		return [...this.#drafts.keys()].some((id) => this.dirty(id));
	}

	begin(zone: Zone | null): void {
		this.#drafts.set(NEW, blankRule(this.streamId, zone));
	}

	set(id: string, part: Partial<RuleFields>): void {
		const fields = this.fields(id);
		if (fields) this.#drafts.set(id, { ...fields, ...part });
	}

	/** A zone that was drawn has got its id, or was given up: rules drafted on it follow. */
	zoneMoved(before: string, after: string | null): void {
		for (const [id, fields] of this.#drafts)
			if (fields.zone_id === before) this.#drafts.set(id, { ...fields, zone_id: after });
	}

	discard(id: string): void {
		this.#drafts.delete(id);
	}

	/** Reads the rules again; a failure is a state of the page. */
	async load(): Promise<void> {
		try {
			this.records = await api<RuleRecord[]>(`/api/v1/rules?stream_id=${this.streamId}`);
			this.loaded = true;
			this.problem = null;
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			this.problem = error.problem;
		}
	}

	/** Saves the rule and answers its record; one without a name gets one. Throws ApiError. */
	async save(id: string, zoneName: string | null): Promise<RuleRecord> {
		const fields = this.fields(id);
		if (!fields) throw new Error('There is no such rule.');
		const body = { ...fields, name: fields.name.trim() || suggestedName(fields.condition, zoneName) };
		const saved =
			id === NEW
				? await api<RuleRecord>('/api/v1/rules', {
						method: 'POST',
						body: { ...body, stream_id: this.streamId }
					})
				: await api<RuleRecord>(`/api/v1/rules/${id}`, { method: 'PATCH', body });
		this.#put(saved);
		this.#drafts.delete(id);
		return saved;
	}

	/** Switches a saved rule on or off, at once. Throws ApiError. */
	async enable(id: string, enabled: boolean): Promise<void> {
		this.#put(await api<RuleRecord>(`/api/v1/rules/${id}`, { method: 'PATCH', body: { enabled } }));
		const draft = this.#drafts.get(id);
		if (draft) this.#drafts.set(id, { ...draft, enabled });
	}

	/** Throws ApiError. */
	async remove(id: string): Promise<void> {
		await api(`/api/v1/rules/${id}`, { method: 'DELETE' });
		this.#drafts.delete(id);
		this.records = this.records.filter((rule) => rule.id !== id);
	}

	#put(saved: RuleRecord): void {
		const at = this.records.findIndex((rule) => rule.id === saved.id);
		this.records = at === -1 ? [...this.records, saved] : this.records.with(at, saved);
	}
}

function fieldsOf(record: RuleRecord): RuleFields {
	const { name, zone_id, enabled, severity, condition, sustain_s, release_s } = record;
	const { cooldown_s, schedule, clip, channel_ids } = record;
	return {
		...{ zone_id, name, enabled, severity, condition, sustain_s, release_s },
		...{ cooldown_s, schedule, clip, channel_ids }
	};
}
