// The chapter of models: upload, list, remove, and one picture looked at.
import { inferQuery, modelUploadQuery } from '#lib/contracts/model.ts';
import { list, nothing, one, type Chapter } from '../operation.ts';

export const MODELS: Chapter = {
	title: 'Models',
	words:
		'A model is an ONNX file that finds objects. Cameras work without one: then whatever moves is an object.',
	operations: [
		{
			method: 'GET',
			path: '/api/v1/models',
			role: 'viewer',
			summary: 'Every model, by name, the newest version first',
			answer: list('Model')
		},
		{
			method: 'POST',
			path: '/api/v1/models',
			role: 'admin',
			summary: 'Upload a model',
			notes:
				'The body is the ONNX file itself, at most 512 MiB. It is tried in a process of its own before it is kept, which may take a minute; format, input size and labels are read from it, and the query says them where the file does not or is wrong. The same name again is the next version.',
			query: modelUploadQuery,
			upload: { media: 'application/octet-stream', words: 'The ONNX file' },
			answer: one('Model', 201),
			problems: ['conflict', 'model_unusable', 'payload_too_large', 'rate_limited', 'storage_full']
		},
		{
			method: 'GET',
			path: '/api/v1/models/{id}',
			role: 'viewer',
			summary: 'One model',
			answer: one('Model')
		},
		{
			method: 'DELETE',
			path: '/api/v1/models/{id}',
			role: 'admin',
			summary: 'Remove a model',
			notes: 'Refused while a stream uses it.',
			answer: nothing,
			problems: ['in_use']
		},
		{
			method: 'POST',
			path: '/api/v1/infer',
			role: 'operator',
			summary: 'Look at one picture with a model',
			notes:
				'The body is a JPEG, PNG or WebP file itself, at most 20 MiB and 10,000 × 10,000 px; it is looked at scaled down to 1920 px a side. Boxes are in 0..1 of the picture, upright.',
			query: inferQuery,
			upload: { media: 'image/*', words: 'The picture' },
			answer: one('InferAnswer'),
			problems: ['not_found', 'model_unusable', 'payload_too_large', 'rate_limited']
		}
	]
};
