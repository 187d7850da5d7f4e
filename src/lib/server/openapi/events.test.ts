// The page of events says what the schemas say.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { EVENT_TOPICS } from '#lib/contracts/event.ts';
import { projectRoot } from '../config/root.ts';
import { EVENTS_PAGE, eventsPage } from './events.ts';

it('is that of the code (npm run docs:generate)', () => {
	expect(readFileSync(join(projectRoot().dir, EVENTS_PAGE), 'utf8')).toBe(eventsPage());
});

it('has every topic, and fields down to the last list', () => {
	for (const topic of EVENT_TOPICS) expect(eventsPage()).toContain(`### ${topic}\n`);
	expect(eventsPage()).toContain('| `detections[].bounding_box.x` | number | left, 0..1 of the frame |');
	expect(eventsPage()).toContain('| `command` | `scenario.shutdown` |');
});
