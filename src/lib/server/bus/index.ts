// The bus room's door.
export type { Bus, BusState, Origin } from './bus.ts';
export type { Journal, JournalEntry, JournalMessage, JournalState, ObjectStore, Outcome } from './journal.ts';
export { createMemoryBus } from './memory.ts';
export { openCarriers, type Carriers } from './carriers.ts';
export {
	questions,
	subjects,
	type Question,
	type StreamActivity,
	type StreamChange,
	type Subject
} from './subjects.ts';
export { skewOf } from './origin.ts';
