// The operations on zones and rules.
import { rulesQuery } from '#lib/contracts/rule.ts';
import { list, nothing, one, type Chapter } from '../operation.ts';

export const RULES: Chapter = {
	title: 'Zones and rules',
	words:
		'A zone is a polygon or a line on a picture, in 0..1 of the frame. A rule is a condition over zones, objects or motion; while it holds, an alert fires.',
	operations: [
		{
			method: 'GET',
			path: '/api/v1/streams/{id}/zones',
			role: 'viewer',
			summary: "A stream's zones, oldest first",
			answer: list('Zone')
		},
		{
			method: 'POST',
			path: '/api/v1/streams/{id}/zones',
			role: 'operator',
			summary: 'Add a zone',
			notes:
				'A shape that is none (edges that cross, fewer than three corners, points outside the picture) is refused in words. A stream has at most 32. Watched from the next frame on.',
			body: 'ZoneInput',
			answer: one('Zone', 201),
			problems: ['conflict']
		},
		{
			method: 'GET',
			path: '/api/v1/streams/{id}/zones/{zone}',
			role: 'viewer',
			summary: 'One zone',
			answer: one('Zone')
		},
		{
			method: 'PUT',
			path: '/api/v1/streams/{id}/zones/{zone}',
			role: 'operator',
			summary: 'Replace a zone',
			body: 'ZoneInput',
			answer: one('Zone'),
			problems: ['conflict'],
			ifMatch: true
		},
		{
			method: 'PATCH',
			path: '/api/v1/streams/{id}/zones/{zone}',
			role: 'operator',
			summary: 'Rename or redraw a zone',
			notes: '`kind` and `points` go together. Applies live; objects inside a redrawn zone enter it anew.',
			body: 'ZonePatch',
			answer: one('Zone'),
			problems: ['conflict'],
			ifMatch: true
		},
		{
			method: 'DELETE',
			path: '/api/v1/streams/{id}/zones/{zone}',
			role: 'operator',
			summary: 'Remove a zone',
			notes: 'Rules that name it stay, cannot fire, and say so in `problem`.',
			answer: nothing
		},
		{
			method: 'GET',
			path: '/api/v1/rules',
			role: 'viewer',
			summary: 'Every rule, or those of one stream, oldest first',
			query: rulesQuery,
			answer: list('Rule')
		},
		{
			method: 'POST',
			path: '/api/v1/rules',
			role: 'operator',
			summary: 'Add a rule',
			notes:
				'Its zone must be of its stream and of the kind its condition looks at: a line for `line_crossed`, an area or none for the others, none for `stream_health`. A stream has at most 64.',
			body: 'RuleInput',
			answer: one('Rule', 201),
			problems: ['conflict']
		},
		{
			method: 'POST',
			path: '/api/v1/rules/dry-run',
			role: 'operator',
			summary: 'What a rule would have done over what is stored',
			notes:
				'The rule need not be saved. Judges the stored seconds of the last `range_s` with these settings: when it would have fired, the figure it judges over time, and in `note` what that does not cover.',
			body: 'DryRunInput',
			answer: one('DryRunResult')
		},
		{ method: 'GET', path: '/api/v1/rules/{id}', role: 'viewer', summary: 'One rule', answer: one('Rule') },
		{
			method: 'PUT',
			path: '/api/v1/rules/{id}',
			role: 'operator',
			summary: 'Replace a rule',
			notes: 'What is left out takes its default. A rule stays with its stream.',
			body: 'RuleInput',
			answer: one('Rule'),
			problems: ['conflict'],
			ifMatch: true
		},
		{
			method: 'PATCH',
			path: '/api/v1/rules/{id}',
			role: 'operator',
			summary: 'Change some fields of a rule',
			notes:
				'Applies live. Another condition or other times begin anew; a name, a severity or channels do not.',
			body: 'RulePatch',
			answer: one('Rule'),
			problems: ['conflict'],
			ifMatch: true
		},
		{
			method: 'DELETE',
			path: '/api/v1/rules/{id}',
			role: 'operator',
			summary: 'Remove a rule',
			notes: 'Its alerts stay.',
			answer: nothing
		}
	]
};
