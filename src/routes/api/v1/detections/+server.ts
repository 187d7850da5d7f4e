// Stored detections, newest first.
import { detectionsQuery } from '#lib/contracts/detection.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer', query: detectionsQuery }, ({ services, query }) =>
	services.detections.list(query)
);
