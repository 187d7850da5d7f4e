// The door of the API's description.
export { openApiDocument, type OpenApiDocument } from './document.ts';
