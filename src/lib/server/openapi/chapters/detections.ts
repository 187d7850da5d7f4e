// The API of stored detections.
import { detectionsQuery, streamDetectionsQuery } from '#lib/contracts/detection.ts';
import { list, media, type Chapter } from '../operation.ts';

export const DETECTIONS: Chapter = {
	title: 'Detections',
	words: 'Objects that were stored, with the annotated frame of each. Boxes are in 0..1 of the frame.',
	operations: [
		{
			method: 'GET',
			path: '/api/v1/detections',
			role: 'viewer',
			summary: 'Stored detections, newest first',
			notes:
				'Each object is stored when it is first seen, and every 10 s while it stays. For the next page send the last `timestamp` as `before`.',
			query: detectionsQuery,
			answer: list('Detection')
		},
		{
			method: 'GET',
			path: '/api/v1/detections/stream/{id}',
			role: 'viewer',
			summary: "One stream's newest detections",
			query: streamDetectionsQuery,
			answer: list('Detection')
		},
		{
			method: 'GET',
			path: '/api/v1/detections/screenshot/{streamId}/{filename}',
			role: 'viewer',
			summary: 'The annotated frame of a detection',
			notes: 'As its `image_path` names it.',
			answer: media('image/jpeg', 'A JPEG')
		}
	]
};
