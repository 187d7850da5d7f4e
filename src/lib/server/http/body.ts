// How large a request's body may be: small everywhere but where files are sent.
import { MAX_MODEL_BYTES, MAX_PICTURE_BYTES } from '#lib/contracts/model.ts';
import { MAX_WEBHOOK_BYTES } from '#lib/contracts/received.ts';
import { AppError } from '../base/errors.ts';

const MAX_BODY_BYTES = 512 * 1024;

/** What POST may send to these paths, bytes. The adapter's own limit (cli/build.ts) is the greatest of all. */
const UPLOADS: Record<string, number> = {
	'/api/v1/models': MAX_MODEL_BYTES,
	'/api/v1/infer': MAX_PICTURE_BYTES,
	'/api/v1/alerts/webhook': MAX_WEBHOOK_BYTES
};

/**
 * The request, whose body fails with `payload_too_large` once it gets longer than its path takes. Throws at once where
 * the length is declared.
 */
export function boundBody(request: Request, pathname: string): Request {
	if (!request.body) return request;
	const limit = (request.method === 'POST' && UPLOADS[pathname]) || MAX_BODY_BYTES;
	const declared = request.headers.get('content-length');
	if (Number(declared) > limit) throw tooLarge(limit);
	// A declared length is kept: the HTTP parser sees to it.
	if (declared !== null) return request;
	return new Request(request, { body: bound(request.body, limit), duplex: 'half' } as RequestInit);
}

/** Fails beyond the limit, but leaves the rest unread: to cancel it would cut the connection before the answer is sent. */
function bound(body: ReadableStream<Uint8Array>, limit: number): ReadableStream<Uint8Array> {
	const reader = body.getReader();
	let size = 0;
	return new ReadableStream({
		async pull(controller) {
			const { done, value } = await reader.read();
			if (done) return controller.close();
			size += value.length;
			if (size > limit) controller.error(tooLarge(limit));
			else controller.enqueue(value);
		},
		cancel: (reason) => reader.cancel(reason)
	});
}

function tooLarge(limit: number): AppError {
	const words = limit >= 2 ** 20 ? `${limit / 2 ** 20} MiB` : `${limit / 1024} KiB`;
	return new AppError(
		'payload_too_large',
		`The body is larger than the ${words} that are read here. Send less.`
	);
}
