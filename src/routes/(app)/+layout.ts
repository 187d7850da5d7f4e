// The cameras, the open alerts and the system settings, which every page shows something of.
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { Problem } from '#lib/contracts/problem.ts';
import type { SystemSettings } from '#lib/contracts/settings.ts';
import type { StreamRecord } from '#lib/contracts/stream.ts';
import { OPEN_ALERTS_PATH } from '#lib/components/alerts/open-alerts.svelte.ts';
import { api, ApiError } from '#lib/components/shell/api.ts';
import type { LayoutLoad } from './$types';

/** A list that did not load is a state of the page, not the end of it. */
async function attempt<T>(call: Promise<T>): Promise<{ value: T | null; problem: Problem | null }> {
	try {
		return { value: await call, problem: null };
	} catch (error) {
		if (error instanceof ApiError) return { value: null, problem: error.problem };
		throw error;
	}
}

export const load: LayoutLoad = async ({ fetch, data }) => {
	const [streams, openAlerts, settings] = await Promise.all([
		attempt(api<StreamRecord[]>('/api/v1/streams', { fetch })),
		attempt(api<AlertRecord[]>(OPEN_ALERTS_PATH, { fetch })),
		attempt(api<SystemSettings>('/api/v1/settings/system', { fetch }))
	]);
	return {
		...data,
		streams: streams.value,
		streamsProblem: streams.problem,
		openAlerts: openAlerts.value,
		settings: settings.value
	};
};
