// One picture, looked at by one model.
import { inferQuery, type InferAnswer } from '#lib/contracts/model.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';
import { decodePicture } from '#lib/server/models/index.ts';

export const POST = endpoint(
	{ role: 'operator', query: inferQuery },
	async ({ event, services, query }): Promise<InferAnswer> => {
		const { model_id, confidence } = query;
		// Threads may still know a model that was removed.
		await services.models.get(model_id);
		const { width, height, pixels } = await decodePicture(event.request.body);
		const { detections, runMs, totalMs } = await services.engine.infer(model_id, pixels, confidence);
		return {
			model_id,
			width,
			height,
			run_ms: runMs,
			total_ms: totalMs,
			detections: detections.map(({ label, confidence: sure, box }) => ({
				label,
				confidence: sure,
				bounding_box: box
			}))
		};
	}
);
