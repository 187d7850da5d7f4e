// The bus room's door.
export type { Bus } from './bus.ts';
export { createMemoryBus } from './memory.ts';
export { subjects, type StreamActivity, type StreamChange, type Subject } from './subjects.ts';
