// Sending a model's file, told as it goes; fetch does not say how much it has sent.
import type { ModelFormat, ModelRecord } from '#lib/contracts/model.ts';
import type { Problem } from '#lib/contracts/problem.ts';
import { ApiError } from '../shell/api.ts';

/** What the uploader types, as typed. */
export interface UploadFields {
	name: string;
	/** `auto` reads it from the file. */
	format: ModelFormat | 'auto';
	width: string;
	height: string;
	/** Separated by commas or line breaks. */
	labels: string;
}

export const EMPTY_FIELDS: UploadFields = { name: '', format: 'auto', width: '', height: '', labels: '' };

/** The query of POST /models: only what was said. */
export function uploadQuery(fields: UploadFields): string {
	const labels = fields.labels
		.split(/[,\n]/)
		.map((label) => label.trim())
		.filter(Boolean);
	const said = {
		name: fields.name.trim(),
		format: fields.format === 'auto' ? '' : fields.format,
		width: fields.width.trim(),
		height: fields.height.trim(),
		labels: labels.join(',')
	};
	const query = new URLSearchParams();
	for (const [key, value] of Object.entries(said)) if (value) query.set(key, value);
	return query.toString();
}

export interface UploadOptions {
	/** Bytes sent so far; called for the last time when all of them are. */
	onprogress: (sent: number) => void;
	signal: AbortSignal;
}

/** Sends the file and answers the model it became. Rejects with ApiError, or the signal's reason when given up. */
export function uploadModel(
	file: Blob,
	fields: UploadFields,
	{ onprogress, signal }: UploadOptions
): Promise<ModelRecord> {
	return new Promise((resolve, reject) => {
		const request = new XMLHttpRequest();
		const giveUp = () => request.abort();
		signal.addEventListener('abort', giveUp, { once: true });
		request.open('POST', `/api/v1/models?${uploadQuery(fields)}`);
		request.setRequestHeader('content-type', 'application/octet-stream');
		request.setRequestHeader('accept', 'application/json');
		request.upload.onprogress = (event) => onprogress(event.loaded);
		request.upload.onload = () => onprogress(file.size);
		request.onload = () => {
			if (request.status === 201) resolve(JSON.parse(request.responseText) as ModelRecord);
			else reject(new ApiError(problemOf(request.status, request.responseText)));
		};
		request.onerror = () => reject(new ApiError(BROKEN_OFF));
		request.onabort = () => reject(signal.reason as Error);
		request.onloadend = () => signal.removeEventListener('abort', giveUp);
		request.send(file);
	});
}

const BROKEN_OFF = problem(
	503,
	'unavailable',
	'The upload broke off. The server may be restarting, it may refuse so large a file, or the network is down. Try again.'
);

/** The server's own words, where it has any; a proxy before it may answer something else. */
export function problemOf(status: number, body: string): Problem {
	try {
		const told = JSON.parse(body) as Partial<Problem>;
		if (told.detail && told.code) return told as Problem;
	} catch {
		// Not JSON.
	}
	if (status === 413)
		return problem(413, 'payload_too_large', 'A server in between refuses so large a file. Raise its limit.');
	return problem(status, 'internal', `The server answered ${status} without saying why.`);
}

function problem(status: number, code: Problem['code'], detail: string): Problem {
	return { type: `about:blank#${code}`, title: 'Error', status, detail, code };
}
