// What a screen reader says when alerts begin: critical ones at once, others when it is silent. Pure.
import type { AlertRecord } from '#lib/contracts/alert.ts';
import { plural } from '../ui/format.ts';
import { placeWords, SEVERITY_WORDS } from './words.ts';

export interface Announcement {
	assertive: string;
	polite: string;
}

export function announcementOf(fresh: readonly AlertRecord[]): Announcement {
	const critical = fresh.filter((alert) => alert.severity === 'critical');
	const others = fresh.filter((alert) => alert.severity !== 'critical');
	return { assertive: sentence(critical, 'critical '), polite: sentence(others, '') };
}

function sentence(alerts: readonly AlertRecord[], kind: string): string {
	const [first] = alerts;
	if (!first) return '';
	if (alerts.length === 1)
		return `${SEVERITY_WORDS[first.severity]} alert: ${first.name}, ${placeWords(first)}.`;
	return `${plural(alerts.length, `new ${kind}alert`)}. The newest: ${first.name}, ${placeWords(first)}.`;
}
