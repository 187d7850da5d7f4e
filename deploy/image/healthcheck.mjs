// The image's health check: exits 0 when this container's server answers that it is alive.
const { PORT = '3000' } = process.env;

const answer = await fetch(`http://127.0.0.1:${PORT}/health/live`, {
	signal: AbortSignal.timeout(3000)
}).catch((error) => ({ ok: false, status: String(error.cause ?? error) }));
if (!answer.ok) console.error(`/health/live: ${answer.status}`);
process.exit(answer.ok ? 0 : 1);
