// The operations on scenarios and sessions: runs addressed by their uuid.
import { predictionQuery } from '#lib/contracts/scenario.ts';
import { list, nothing, one, type Chapter, type Operation } from '../operation.ts';

export const SCENARIOS: Chapter = {
	title: 'Scenarios and sessions',
	words:
		'A run addressed by its uuid: a scenario lasts until it is shut down, a session until its owner is gone.',
	operations: [
		{
			method: 'POST',
			path: '/api/v1/scenario/init',
			role: 'operator',
			summary: 'Start a scenario',
			notes:
				'A hidden stream of its own runs until it is shut down; `scenario_uuid` is the id of its run. 16 scenarios and sessions may be open.',
			body: 'ScenarioInput',
			answer: one('Scenario', 201),
			problems: ['capacity_reached']
		},
		{
			method: 'GET',
			path: '/api/v1/scenario',
			role: 'viewer',
			summary: 'Scenarios, newest first',
			notes: 'At most 100.',
			answer: list('ScenarioSummary')
		},
		{
			method: 'GET',
			path: '/api/v1/scenario/{id}',
			role: 'viewer',
			summary: 'One scenario with the history of its states',
			notes: 'Kept after its end for as long as detections are.',
			answer: one('Scenario')
		},
		{
			method: 'POST',
			path: '/api/v1/scenario/{id}/shutdown',
			role: 'operator',
			summary: 'Let a scenario end',
			notes:
				'Answers at once, with the state as it is then. The same twice is no error. Its address is forgotten; its history and results stay.',
			answer: one('Scenario', 202)
		},
		{
			method: 'GET',
			path: '/api/v1/prediction/{id}',
			role: 'viewer',
			summary: 'What a scenario or session found, page by page',
			notes:
				'Oldest first, also while it runs. Send back `cursor` for the next page, until `complete`. Results are told five seconds after they were seen, so that none comes late.',
			query: predictionQuery,
			answer: one('PredictionPage')
		},
		{
			method: 'POST',
			path: '/api/v1/session/create',
			role: 'operator',
			summary: 'Add a temporary stream',
			notes:
				'At rest until it is started. It ends when its owner signs out, or has not been heard of for `idle_timeout_s`: asking for it or its status, and watching its stream live, are signs of life. `webcam` answers 501.',
			body: 'SessionInput',
			answer: one('Session', 201),
			problems: ['capacity_reached', 'not_supported']
		},
		{
			method: 'GET',
			path: '/api/v1/session',
			role: 'viewer',
			summary: 'Sessions, newest first',
			notes: 'At most 100.',
			answer: list('SessionSummary')
		},
		{
			method: 'GET',
			path: '/api/v1/session/{id}',
			role: 'viewer',
			summary: 'One session with the history of its states',
			answer: one('Session')
		},
		{
			method: 'DELETE',
			path: '/api/v1/session/{id}',
			role: 'operator',
			summary: 'Remove a session with its stream and results',
			answer: nothing
		},
		{
			method: 'GET',
			path: '/api/v1/session/{id}/status',
			role: 'viewer',
			summary: 'How a session is doing',
			answer: one('SessionSummary')
		},
		...(['start', 'stop'] as const).map((verb): Operation => ({
			method: 'POST',
			path: `/api/v1/session/{id}/${verb}`,
			role: 'operator',
			summary: verb === 'start' ? 'Let a session run' : 'Let a session rest',
			notes: 'The same twice is no error.',
			answer: one('Session'),
			...(verb === 'start' && { problems: ['conflict'] })
		}))
	]
};
