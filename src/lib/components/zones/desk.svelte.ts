// The zones of one camera as they are being changed: the server's records, and on top of them what is not saved yet.
import { SvelteMap } from 'svelte/reactivity';
import type { Problem } from '#lib/contracts/problem.ts';
import { MAX_ZONES_PER_STREAM, type Zone, type ZoneKind, type ZoneRecord } from '#lib/contracts/zone.ts';
import { zoneBook } from '../live/zoneBook.svelte.ts';
import { api, ApiError } from '../shell/api.ts';
import { editorOf, reduce, same, shapeProblem, type Action, type Editor } from './editor.ts';

/** The key of the zone that is being drawn and was never saved. */
export const NEW = 'new';

interface Draft {
	name: string;
	editor: Editor;
}

export class ZoneDesk {
	readonly streamId: string;
	/** Why the zones could not be read. */
	problem = $state.raw<Problem | null>(null);
	/** By zone id or NEW. */
	readonly #drafts = new SvelteMap<string, Draft>();

	constructor(streamId: string) {
		this.streamId = streamId;
	}

	get loaded(): boolean {
		return zoneBook.has(this.streamId);
	}

	get records(): readonly ZoneRecord[] {
		return zoneBook.of(this.streamId);
	}

	record(id: string | null): ZoneRecord | undefined {
		return this.records.find((zone) => zone.id === id);
	}

	get full(): boolean {
		return this.records.length >= MAX_ZONES_PER_STREAM;
	}

	/** Every zone as it is on the screen, unsaved changes included; the one being drawn once it is whole. */
	get zones(): Zone[] {
		const shown = this.records.map((record) => this.zone(record.id)).filter((zone) => zone !== null);
		const drawn = this.zone(NEW);
		return drawn ? [...shown, drawn] : shown;
	}

	/** One zone as it is on the screen; null where there is none or none yet. */
	zone(id: string): Zone | null {
		const draft = this.draft(id);
		if (!draft || draft.editor.drawing) return null;
		const { kind, points } = draft.editor.shape;
		return { id, name: draft.name, kind, points: points.map(([x, y]): [number, number] => [x, y]) };
	}

	/** The zone being worked on, as it would be saved; null where there is none. */
	draft(id: string | null): Draft | null {
		if (id === null) return null;
		const draft = this.#drafts.get(id);
		if (draft) return draft;
		const record = this.record(id);
		return record
			? { name: record.name, editor: editorOf({ kind: record.kind, points: record.points }) }
			: null;
	}

	dirty(id: string | null): boolean {
		const draft = id === null ? undefined : this.#drafts.get(id);
		if (!id || !draft) return false;
		const record = this.record(id);
		if (!record) return id === NEW;
		return draft.name !== record.name || !same(draft.editor.shape, record);
	}

	/** Whether the shape itself differs from the one that is stored, and that its history was measured in. */
	reshaped(id: string | null): boolean {
		const record = this.record(id);
		const draft = this.draft(id);
		return Boolean(draft && !(record && same(draft.editor.shape, record)));
	}

	get anyDirty(): boolean {
		return [...this.#drafts.keys()].some((id) => this.dirty(id));
	}

	/** Why the zone cannot be saved as it is, for its person; null when it can. */
	complaint(id: string | null): string | null {
		const draft = this.draft(id);
		if (!draft) return null;
		if (draft.editor.drawing) return null;
		return shapeProblem(draft.editor.shape) ?? (draft.name.trim() === '' ? 'A zone needs a name.' : null);
	}

	begin(kind: ZoneKind): void {
		const blank = editorOf({ kind, points: [] });
		this.#drafts.set(NEW, { name: this.#freeName(kind), editor: reduce(blank, { type: 'draw', kind }) });
	}

	do(id: string | null, action: Action): void {
		const draft = this.draft(id);
		if (id !== null && draft) this.#drafts.set(id, { ...draft, editor: reduce(draft.editor, action) });
	}

	rename(id: string | null, name: string): void {
		const draft = this.draft(id);
		if (id !== null && draft) this.#drafts.set(id, { ...draft, name });
	}

	discard(id: string): void {
		this.#drafts.delete(id);
	}

	/** Reads the zones again; a failure is a state of the page. */
	async load(): Promise<void> {
		try {
			await zoneBook.read(this.streamId);
			this.problem = null;
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			this.problem = error.problem;
		}
	}

	/** Saves the zone and answers its record. Throws ApiError. */
	async save(id: string): Promise<ZoneRecord> {
		const draft = this.draft(id);
		if (!draft) throw new Error('There is no such zone.');
		const { kind, points } = draft.editor.shape;
		const path = `/api/v1/streams/${this.streamId}/zones`;
		const body = { name: draft.name, kind, points };
		const saved =
			id === NEW
				? await api<ZoneRecord>(path, { method: 'POST', body })
				: await api<ZoneRecord>(`${path}/${id}`, { method: 'PATCH', body });
		const others = this.records.filter((zone) => zone.id !== saved.id);
		zoneBook.put(this.streamId, this.record(saved.id) ? this.#replaced(saved) : [...others, saved]);
		this.#drafts.delete(id);
		return saved;
	}

	/** Throws ApiError. */
	async remove(id: string): Promise<void> {
		await api(`/api/v1/streams/${this.streamId}/zones/${id}`, { method: 'DELETE' });
		this.#drafts.delete(id);
		zoneBook.put(
			this.streamId,
			this.records.filter((zone) => zone.id !== id)
		);
	}

	#replaced(saved: ZoneRecord): ZoneRecord[] {
		return this.records.map((zone) => (zone.id === saved.id ? saved : zone));
	}

	#freeName(kind: ZoneKind): string {
		const word = kind === 'line' ? 'Line' : 'Area';
		const taken = this.records.map(({ name }) => name);
		let number = 1;
		while (taken.includes(`${word} ${number}`)) number++;
		return `${word} ${number}`;
	}
}
