// Adds the demo camera's three films to a server as RTSP cameras, once: waits for it, signs in, names what is missing.
import { setTimeout as sleep } from 'node:timers/promises';

const { SERVER_URL, CAMERA_URL, VF_ADMIN_EMAIL: email, VF_ADMIN_PASSWORD: password } = process.env;
const CAMERAS = [
	{ name: 'Harbour junction (RTSP)', path: 'junction' },
	{ name: 'Concourse (RTSP)', path: 'concourse' },
	{ name: 'Yard (RTSP)', path: 'yard' }
];
const WAIT_MS = 120_000;

async function ask(path, { method = 'GET', cookie, body } = {}) {
	const response = await fetch(new URL(path, SERVER_URL), {
		method,
		headers: { ...(cookie && { cookie }), ...(body && { 'content-type': 'application/json' }) },
		body: body && JSON.stringify(body),
		signal: AbortSignal.timeout(15_000)
	});
	if (!response.ok)
		throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
	return response;
}

async function ready() {
	for (const deadline = Date.now() + WAIT_MS; ; await sleep(1000)) {
		const error = await ask('/health/ready').then(
			() => null,
			(cause) => cause
		);
		if (error === null) return;
		if (Date.now() > deadline) throw error;
	}
}

async function signIn() {
	const answer = await ask('/api/auth/sign-in/email', { method: 'POST', body: { email, password } });
	return answer.headers
		.getSetCookie()
		.map((cookie) => cookie.split(';')[0])
		.join('; ');
}

async function addMissing(cookie) {
	const streams = await (await ask('/api/v1/streams', { cookie })).json();
	const known = new Set(streams.map(({ rtsp_url }) => rtsp_url));
	for (const { name, path } of CAMERAS) {
		const rtsp_url = new URL(path, CAMERA_URL).href;
		if (known.has(rtsp_url)) continue;
		await ask('/api/v1/streams', { method: 'POST', cookie, body: { name, rtsp_url } });
		console.log(`${name} added: ${rtsp_url}`);
	}
}

try {
	await ready();
	await addMissing(await signIn());
} catch (error) {
	console.error(String(error));
	process.exitCode = 1;
}
