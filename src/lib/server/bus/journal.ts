// The journal as rooms see it: messages that are kept until they have had their effect; and the store of files that every instance reads.
import type { Readable } from 'node:stream';

export interface JournalEntry {
	/** Told twice under the same id, it is one. */
	id: string;
	/** Below the journal's own prefix: `alert.firing`, `run.state.<streamId>`. */
	subject: string;
	/** JSON. */
	payload: unknown;
}

export interface JournalMessage {
	/** The id it was told under; null when its sender gave none. */
	id: string | null;
	subject: string;
	/** As it came; may be anything. */
	data: Uint8Array;
	/** How often it has come to anybody, 1 the first time. */
	attempts: number;
}

/** What becomes of a message after the handler: over and done with, or again so much later. */
export type Outcome = 'done' | { againInMs: number };

export interface JournalState {
	available: boolean;
	/** Why not, in words; null while available. */
	reason: string | null;
}

export interface Journal {
	/** Resolves when it is kept. Throws while the journal is away. */
	append(entry: JournalEntry): Promise<void>;
	/**
	 * Hands messages of the journal's part (`events` or `commands`) to the handler, a few at once, shared among all instances
	 * that consume under the same name; a message whose handler throws or dies comes again. Goes on through outages until stopped.
	 */
	consume(
		part: 'events' | 'commands',
		name: string,
		handler: (message: JournalMessage) => Promise<Outcome>,
		/** A family of subjects, `alert.>`: the others do not come here. */
		about?: string
	): { stop(): Promise<void> };
	state(): JournalState;
}

/** Files that every instance can read, whoever wrote them. */
export interface ObjectStore {
	/** Replaces what is there under that name. */
	put(name: string, content: Readable): Promise<void>;
	/** Null where there is none. */
	get(name: string): Promise<Readable | null>;
	/** None there is no error. */
	remove(name: string): Promise<void>;
	/** Names that begin so, with when each was written. */
	list(prefix: string): Promise<{ name: string; writtenAt: Date }[]>;
}
