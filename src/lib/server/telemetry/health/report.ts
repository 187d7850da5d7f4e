// How the server is, out of a few named checks. Open to everybody, so details are words, never paths or addresses.

export type Check = { state: 'ok' } | { state: 'degraded' | 'failed'; reason: string };

export interface HealthReport {
	/** `degraded` works in part and heals by itself, or with the step its details name; `unhealthy` does not work. */
	status: 'healthy' | 'degraded' | 'unhealthy';
	service: 'vector-flow';
	version: string;
	/** ISO 8601. */
	timestamp: string;
	details: Record<string, Check | number | string>;
}

export interface Health {
	report(): HealthReport;
	/** Degraded still answers 200: only what does not work answers 503. */
	respond(report: HealthReport): Response;
	/** 200 while requests are welcome, 503 otherwise. */
	respondReady(): Response;
	/** Whether the check named `database` is ok: without it no request can be served. */
	databaseUp(): boolean;
	/** From now on not ready: the server is stopping. */
	stopping(): void;
}

export interface HealthOptions {
	version: string;
	instance: string;
	/** Must answer at once, from what is known already. */
	checks: Record<string, () => Check>;
	/** Without these nothing can be served: while one is not ok, the server is not ready. */
	needed: string[];
	figures?: Record<string, () => number | string>;
	/** Called when the server stops. */
	onStopping?: () => void;
}

export function createHealth(options: HealthOptions): Health {
	const startedAt = Date.now();
	let stopping = false;

	function report(): HealthReport {
		const checks = Object.fromEntries(Object.entries(options.checks).map(([name, check]) => [name, check()]));
		const figures = Object.fromEntries(
			Object.entries(options.figures ?? {}).map(([name, figure]) => [name, figure()])
		);
		return {
			status: worst(Object.values(checks)),
			service: 'vector-flow',
			version: options.version,
			timestamp: new Date().toISOString(),
			details: {
				instance: options.instance,
				uptimeS: Math.round((Date.now() - startedAt) / 1000),
				...figures,
				...checks
			}
		};
	}

	function readiness(): string[] {
		const missing = options.needed.filter((name) => options.checks[name]?.().state !== 'ok');
		return stopping ? ['stopping', ...missing] : missing;
	}

	return {
		report,
		respond: (body) => json(body, body.status === 'unhealthy' ? 503 : 200),
		respondReady() {
			const waitingFor = readiness();
			return json(
				{ status: waitingFor.length > 0 ? 'not ready' : 'ready', waitingFor },
				waitingFor.length > 0 ? 503 : 200
			);
		},
		databaseUp: () => options.checks.database?.().state === 'ok',
		stopping() {
			stopping = true;
			options.onStopping?.();
		}
	};
}

function worst(checks: Check[]): HealthReport['status'] {
	if (checks.some((check) => check.state === 'failed')) return 'unhealthy';
	return checks.some((check) => check.state === 'degraded') ? 'degraded' : 'healthy';
}

function json(body: unknown, status: number): Response {
	return new Response(JSON.stringify(body), {
		status,
		headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }
	});
}
