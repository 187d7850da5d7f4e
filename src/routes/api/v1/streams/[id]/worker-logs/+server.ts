// A stream's newest activity lines, oldest first: those in memory, before them those stored earlier.
import { activityQuery } from '#lib/contracts/history.ts';
import type { ActivityLine } from '#lib/contracts/live.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint(
	{ role: 'viewer', query: activityQuery },
	async ({ event, services, query: { tail } }) => {
		const { id } = await services.streams.get(event.params.id ?? '');
		const recent = await services.fleet.logs(id, tail);
		if (recent.length >= tail) return recent;
		return [...before(recent[0], await services.streams.activity(id, tail)), ...recent].slice(-tail);
	}
);

function before(first: ActivityLine | undefined, stored: ActivityLine[]): ActivityLine[] {
	return first ? stored.filter((line) => line.at < first.at) : stored;
}
