// What an operation takes beside its body: the path, the query, and the version it means.
import { z } from 'zod';
import type { Operation } from './operation.ts';
import { plain, type Json } from './plain.ts';

/** What an id in a path is the id of, by the segment before it. */
const PATH_WORDS: Record<string, string> = {
	'api-keys': "the key's id, which is not the key",
	alerts: "the alert's id",
	channels: "the channel's id",
	deliveries: "the delivery's id",
	models: "the model's id",
	parked: "the message's id",
	prediction: "the scenario's or session's uuid",
	rules: "the rule's id",
	scenario: "the scenario's uuid",
	screenshot: "the stream's id",
	session: "the session's uuid",
	stream: "the stream's id",
	streams: "the stream's id",
	users: "the user's id",
	zones: "the zone's id"
};

export function parametersOf(operation: Operation): Json[] {
	return [
		...pathParameters(operation.path),
		...queryParameters(operation.query),
		...headerParameters(operation)
	];
}

function pathParameters(path: string): Json[] {
	const segments = path.split('/');
	return segments.flatMap((segment, index) => {
		const name = /^\{(\w+)\}$/.exec(segment)?.[1];
		if (name === undefined) return [];
		const description = PATH_WORDS[segments[index - 1] ?? ''] ?? `the ${name}, as its list tells it`;
		return [{ name, in: 'path', required: true, description, schema: { type: 'string' } }];
	});
}

function queryParameters(query: z.ZodObject | undefined): Json[] {
	if (!query) return [];
	const { properties = {}, required = [] } = plain(z.toJSONSchema(query, { io: 'input' })) as {
		properties?: Record<string, Json>;
		required?: string[];
	};
	return Object.entries(properties).map(([name, { description, ...schema }]) => ({
		name,
		in: 'query',
		required: required.includes(name),
		...(description !== undefined && { description }),
		schema
	}));
}

function headerParameters({ ifMatch }: Operation): Json[] {
	if (!ifMatch) return [];
	return [
		{
			name: 'If-Match',
			in: 'header',
			description: 'the ETag last read; another one now is a conflict',
			schema: { type: 'string' }
		}
	];
}
