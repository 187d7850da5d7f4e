// The API's description of itself.
import { one, type Chapter } from '../operation.ts';

export const DOCUMENT: Chapter = {
	title: 'This document',
	words: 'The API told to programs.',
	operations: [
		{
			method: 'GET',
			path: '/api/v1/openapi.json',
			role: 'viewer',
			summary: 'The API as OpenAPI 3.1',
			answer: one('OpenApi')
		}
	]
};
