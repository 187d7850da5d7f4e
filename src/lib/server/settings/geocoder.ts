// Asks the configured Nominatim-compatible service where a name is, and what a place is called: politely and bounded.
import { z } from 'zod';
import type { Place } from '#lib/contracts/geocode.ts';
import { AppError, causeChain } from '../base/errors.ts';

const TIMEOUT_MS = 5000;
const MAX_ANSWER_BYTES = 256 * 1024;
const MAX_PLACES = 8;
const CACHED_ANSWERS = 200;
const CACHED_MS = 24 * 3600 * 1000;
/** The usage policy of the public service, and good manners anywhere: a request a second, one after another. */
const PAUSE_MS = 1000;
const MAX_WAITING = 8;

export interface Geocoder {
	/** Places of that name, best first. Throws `not_found` when no service is configured, `source_unavailable` when it fails. */
	search(query: string): Promise<Place[]>;
	/** Names for a place, shortest first, all at the given point. */
	reverse(latitude: number, longitude: number): Promise<Place[]>;
}

export interface GeocoderDeps {
	/** The configured base address; null: none. */
	baseUrl: () => Promise<string | null>;
	/** Tells the service who asks, as its usage policy wants. */
	userAgent: string;
	/** ms between two requests; a test may shorten it. */
	pauseMs?: number;
}

export function createGeocoder({ baseUrl, userAgent, pauseMs = PAUSE_MS }: GeocoderDeps): Geocoder {
	const inTurn = createTurns(pauseMs);
	const cached = createCache();

	async function ask(path: string, parameters: Record<string, string>): Promise<unknown> {
		const base = await baseUrl();
		if (base === null) {
			throw new AppError(
				'not_found',
				'Address search is not configured. An administrator can set geocoder_url in the settings.'
			);
		}
		const url = addressOf(base, path, { format: 'jsonv2', ...parameters });
		return cached(url.href, () => inTurn(() => fetchJson(url, userAgent)));
	}

	return {
		async search(query) {
			const answer = await ask('search', { q: query, limit: String(MAX_PLACES) });
			return understood(z.array(found), answer).slice(0, MAX_PLACES).map(toPlace);
		},
		async reverse(latitude, longitude) {
			// Five decimals are a metre: nearer than any name, and worth a place in the cache.
			const [lat, lon] = [latitude.toFixed(5), longitude.toFixed(5)];
			const answer = understood(named, await ask('reverse', { lat, lon, zoom: '18', addressdetails: '1' }));
			return labelsOf(answer).map((label) => ({ label, latitude, longitude }));
		}
	};
}

const number = z.union([z.string(), z.number()]).transform(Number).pipe(z.number());
const found = z.object({ display_name: z.string(), lat: number, lon: number });
const named = z.object({
	display_name: z.string().optional(),
	name: z.string().nullish(),
	address: z.record(z.string(), z.string()).optional()
});

function toPlace({ display_name, lat, lon }: z.infer<typeof found>): Place {
	return { label: display_name.slice(0, 300), latitude: lat, longitude: lon };
}

/** "Town Hall", "Main Street 5", "Main Street 5, Springfield", "Old Town, Springfield", then the whole address. */
function labelsOf({ display_name, name, address = {} }: z.infer<typeof named>): string[] {
	const street = joined(' ', address.road ?? address.pedestrian ?? address.footway, address.house_number);
	const quarter = address.suburb ?? address.neighbourhood ?? address.quarter;
	const town = address.city ?? address.town ?? address.village ?? address.municipality;
	const labels = [name, street, joined(', ', street, town), joined(', ', quarter, town), display_name];
	return [...new Set(labels.filter((label) => label != null && label !== ''))].map((label) =>
		label!.slice(0, 200)
	);
}

function joined(separator: string, ...parts: (string | undefined)[]): string {
	return parts.filter((part) => part !== undefined && part !== '').join(separator);
}

/** `https://geo.example`, `…/`, `…/nominatim/` and `…/search` all lead to the same service. */
function addressOf(base: string, path: string, parameters: Record<string, string>): URL {
	const url = new URL(base);
	url.pathname = `${url.pathname.replace(/\/(search|reverse)?\/?$/, '')}/${path}`;
	for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
	return url;
}

async function fetchJson(url: URL, userAgent: string): Promise<unknown> {
	try {
		const response = await fetch(url, {
			headers: { 'user-agent': userAgent, accept: 'application/json' },
			signal: AbortSignal.timeout(TIMEOUT_MS)
		});
		if (!response.ok) throw new Error(`it answered ${response.status}`);
		return JSON.parse(await boundedText(response));
	} catch (error) {
		throw unavailable(url.host, error);
	}
}

async function boundedText(response: Response): Promise<string> {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of response.body ?? []) {
		bytes += chunk.byteLength;
		if (bytes > MAX_ANSWER_BYTES) throw new Error(`it answered more than ${MAX_ANSWER_BYTES / 1024} KiB`);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}

function understood<T>(schema: z.ZodType<T>, answer: unknown): T {
	const result = schema.safeParse(answer);
	if (result.success) return result.data;
	throw new AppError(
		'source_unavailable',
		'The address service answered something that is no list of places. Check geocoder_url in the settings.'
	);
}

function unavailable(host: string, cause: unknown): AppError {
	const why =
		cause instanceof Error && cause.name === 'TimeoutError'
			? `it did not answer within ${TIMEOUT_MS / 1000} s`
			: causeChain(cause);
	return new AppError(
		'source_unavailable',
		`The address service at ${host} did not help: ${why}. Try again, or click the place on the map.`,
		{
			cause
		}
	);
}

/** One request at a time, `pauseMs` apart. Throws `rate_limited` when too many wait. */
function createTurns(pauseMs: number): <T>(work: () => Promise<T>) => Promise<T> {
	let last: Promise<unknown> = Promise.resolve();
	let waiting = 0;
	return async (work) => {
		if (waiting >= MAX_WAITING) {
			throw new AppError(
				'rate_limited',
				'Too many searches are waiting for the address service. Try again in a few seconds.',
				{
					retryAfterS: MAX_WAITING
				}
			);
		}
		waiting++;
		const turn = last.then(work, work).finally(() => waiting--);
		last = turn.then(pause, pause);
		return turn;
	};

	function pause(): Promise<void> {
		return new Promise((resolve) => setTimeout(resolve, pauseMs).unref());
	}
}

/** The newest answers, for a day. Those who ask the same at the same time wait for one answer; failures are not kept. */
function createCache(): <T>(key: string, make: () => Promise<T>) => Promise<T> {
	const entries = new Map<string, { at: number; answer: Promise<unknown> }>();
	return async <T>(key: string, make: () => Promise<T>) => {
		const known = entries.get(key);
		if (known && performance.now() - known.at < CACHED_MS) return known.answer as Promise<T>;
		const answer = make();
		entries.delete(key);
		entries.set(key, { at: performance.now(), answer });
		if (entries.size > CACHED_ANSWERS) entries.delete(entries.keys().next().value!);
		answer.catch(() => entries.get(key)?.answer === answer && entries.delete(key));
		return answer;
	};
}
