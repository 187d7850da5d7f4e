// Unsaved changes to one camera: which fields, what saving them does, and the patch that saves them.
import {
	PROCESSING_FIELDS,
	streamInput,
	type StreamInput,
	type StreamRecord
} from '#lib/contracts/stream.ts';

export type FieldName = keyof StreamInput;

/** What a new camera starts with, from the schema itself. */
export const DEFAULTS: Readonly<StreamInput> = Object.freeze(streamInput.parse({ name: 'x', rtsp_url: 'x' }));

/** The fields the Defaults button sets back: measuring and drawing, never identity or address. */
export const TUNED_FIELDS = [
	'grid_size',
	'win_radius',
	'threshold',
	'fps',
	'analysis_width',
	'flow_mode',
	'arrow_scale',
	'arrow_opacity',
	'gradient_intensity'
] as const satisfies FieldName[];

const RESTARTING: ReadonlySet<string> = new Set(PROCESSING_FIELDS);

/** What saving will do, beside the save button. */
export function consequence(fields: readonly string[], active: boolean): string {
	if (!fields.some((field) => RESTARTING.has(field))) {
		if (fields.includes('placement'))
			return active ? 'moves the run where it has to' : 'applies when the camera starts';
		return 'applies live, the run goes on';
	}
	return active ? 'restarts the run, about 2 s' : 'applies when the camera starts';
}

export class Draft {
	#edits = $state<Partial<StreamInput>>({});
	/** Reasons the server gave, by field. */
	errors = $state<Record<string, string>>({});
	readonly #record: () => StreamRecord;

	/** `record` answers the record as it is saved now. */
	constructor(record: () => StreamRecord) {
		this.#record = record;
	}

	/** What is changed. Getters, not deriveds: a draft outlives the component that first asked for it. */
	get fields(): FieldName[] {
		return Object.keys(this.#edits) as FieldName[];
	}

	get consequence(): string {
		return consequence(this.fields, this.#record().is_active);
	}

	/** The value as it would be saved. */
	get<K extends FieldName>(field: K): StreamInput[K] {
		return (field in this.#edits ? this.#edits[field] : this.#record()[field]) as StreamInput[K];
	}

	set<K extends FieldName>(field: K, value: StreamInput[K]) {
		delete this.errors[field];
		if (same(value, this.#record()[field])) delete this.#edits[field];
		else this.#edits[field] = value as Partial<StreamInput>[K];
	}

	dirty(field: FieldName): boolean {
		return field in this.#edits;
	}

	patch(): Partial<StreamInput> {
		return { ...this.#edits };
	}

	/** Forgets the changes, or those of these fields alone. */
	discard(fields: readonly FieldName[] = this.fields) {
		for (const field of fields) delete this.#edits[field];
		this.errors = {};
	}

	/** Every tuned field back to what a new camera starts with; not saved yet. */
	toDefaults() {
		for (const field of TUNED_FIELDS) this.set(field, DEFAULTS[field]);
	}
}

/** Labels are the same in any order; everything else is a plain value. */
function same(a: StreamInput[FieldName], b: StreamInput[FieldName]): boolean {
	if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
	const [mine, theirs] = [Object.entries(a), Object.entries(b)];
	return mine.length === theirs.length && mine.every(([name, value]) => b[name] === value);
}
