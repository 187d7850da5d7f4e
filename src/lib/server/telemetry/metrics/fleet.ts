// How many streams there are and how they are: the engine's word where it has one, the registry's otherwise.
import type { StreamStatus, StreamStatusWord } from '#lib/contracts/status.ts';
import type { ListedStream } from './directory.ts';
import { FLEET_STATES, type FleetState, type View } from './view.ts';

export function fleetOf(listed: readonly ListedStream[], statuses: readonly StreamStatus[]): View['fleet'] {
	const words = new Map(statuses.map(({ streamId, status }) => [streamId, status]));
	const states = Object.fromEntries(FLEET_STATES.map((state) => [state, 0])) as Record<FleetState, number>;
	for (const stream of listed) states[stateOf(stream, words.get(stream.id))]++;
	return { managed: listed.length, active: listed.filter(({ is_active }) => is_active).length, states };
}

function stateOf({ is_active, state }: ListedStream, word: StreamStatusWord | undefined): FleetState {
	if (!is_active) return 'deactivated';
	if (word !== undefined && word !== 'deactivated') return stateOfWord(word);
	// Not with this instance: another has it, or nobody, and then it does not run although it should.
	return state === 'inactive' || state === 'error' ? 'error' : 'running';
}

function stateOfWord(word: Exclude<StreamStatusWord, 'deactivated'>): FleetState {
	switch (word) {
		case 'connected':
		case 'starting':
			return 'running';
		case 'stale':
		case 'stream_error':
		case 'worker_down':
			return 'error';
	}
}
