// Models: list and upload.
import { modelUploadQuery } from '#lib/contracts/model.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer' }, ({ services }) => services.models.list());

export const POST = endpoint(
	{ role: 'admin', query: modelUploadQuery, status: 201 },
	({ event, services, identity, query }) => services.models.upload(event.request.body, query, identity.email)
);
