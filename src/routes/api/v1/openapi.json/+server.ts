// The API, described for programs.
import { endpoint } from '#lib/server/http/endpoint.ts';
import { openApiDocument } from '#lib/server/openapi/index.ts';

export const GET = endpoint({ role: 'viewer' }, ({ services }) => openApiDocument(services.config.version));
