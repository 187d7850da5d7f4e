// Bodies of requests: small ones pass, large ones fail whether their length is declared or not, uploads may be larger.
import { expect, test } from 'vitest';
import { boundBody } from './body.ts';

const KIB = 1024;

function requestOf(bytes: number, { path = '/api/v1/streams', declared = false, method = 'POST' } = {}) {
	const chunk = new Uint8Array(64 * KIB);
	let left = bytes;
	const body = new ReadableStream<Uint8Array>({
		pull(controller) {
			if (left <= 0) return controller.close();
			controller.enqueue(chunk.subarray(0, Math.min(left, chunk.length)));
			left -= chunk.length;
		}
	});
	const headers: Record<string, string> = declared ? { 'content-length': String(bytes) } : {};
	const init = { method, body, headers, duplex: 'half' } as RequestInit;
	return boundBody(new Request(`http://localhost${path}`, init), path);
}

test('what is small passes as it is', async () => {
	const request = requestOf(300 * KIB);
	expect((await request.arrayBuffer()).byteLength).toBe(300 * KIB);
	expect(request.method).toBe('POST');
	expect(boundBody(new Request('http://localhost/x'), '/x').body).toBeNull();
});

test('what is declared too long is refused before it is read', () => {
	expect(() => requestOf(513 * KIB, { declared: true })).toThrow('512 KiB');
});

test('what turns out too long fails as it is read', async () => {
	await expect(requestOf(600 * KIB).text()).rejects.toMatchObject({ code: 'payload_too_large' });
});

test.each([
	['/api/v1/models', 5 * KIB * KIB],
	['/api/v1/infer', 5 * KIB * KIB]
])('%s takes files', async (path, bytes) => {
	expect((await requestOf(bytes, { path }).arrayBuffer()).byteLength).toBe(bytes);
	expect(() => requestOf(bytes, { path, declared: true, method: 'PUT' })).toThrow('512 KiB');
});

test('a picture may be no larger than twenty MiB', () => {
	expect(() => requestOf(21 * KIB * KIB, { path: '/api/v1/infer', declared: true })).toThrow('20 MiB');
});
