// The environment parsed once into typed, frozen configuration; anything wrong stops start-up with one clear line.
import type { InstanceRole, Labels } from '#lib/contracts/instance.ts';
import type { ExecutionProvider } from '#lib/contracts/model.ts';
import { createHash } from 'node:crypto';
import { availableParallelism, hostname, networkInterfaces } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { StartupError } from '../base/startup-error.ts';
import { findFfmpeg } from './ffmpeg.ts';
import { projectRoot } from './root.ts';
import { readOrCreateSecret } from './secret.ts';
import {
	DEFAULT_SOURCE_DENY,
	VARIABLES,
	type LOG_LEVELS,
	type VariableName,
	type VariableValue
} from './variables.ts';

export interface Config {
	readonly version: string;
	/** Where package.json, drizzle/ and scenes/ are. */
	readonly rootDir: string;
	readonly host: string;
	readonly port: number;
	/** Public address: scheme, host, port. */
	readonly origin: string;
	/** False when `origin` is only the default: then people may come by any name that leads here. */
	readonly originGiven: boolean;
	/** Absolute. */
	readonly dataDir: string;
	/** null: embedded Postgres under `dataDir`. Holds a password: never logged. */
	readonly databaseUrl: string | null;
	readonly natsUrl: string | null;
	readonly nats: {
		readonly prefix: string;
		/** Absolute paths; null where unset. */
		readonly credsFile: string | null;
		readonly tls: { readonly ca: string | null; readonly cert: string | null; readonly key: string | null };
	};
	readonly roles: readonly InstanceRole[];
	readonly instanceId: string;
	/** What streams may ask for to be run here. */
	readonly labels: Labels;
	/** host:port, as other machines reach this instance. */
	readonly advertise: string;
	readonly maxStreams: number;
	/** Threads, pictures a stream may have waiting, and what runs models. */
	readonly inference: {
		readonly threads: number;
		readonly pending: number;
		readonly provider: ExecutionProvider;
	};
	/** First administrator, created when there is no user. */
	readonly admin: { readonly email: string; readonly password: string } | null;
	/** At least 32 characters; derive a key per purpose, never use it as it is. */
	readonly secretKey: string;
	/** Absolute folders file sources may be read from. */
	readonly mediaDirs: readonly string[];
	/** CIDR networks, or single addresses, that a stream address may not reach. */
	readonly sourceDeny: readonly string[];
	readonly metricsToken: string | null;
	/** Where Prometheus reads its targets, absolute; null writes none. */
	readonly targetsFile: string | null;
	/** With which others may send alerts, and where it comes from; null: none are taken. */
	readonly webhook: { readonly token: string; readonly from: 'environment' | 'file' } | null;
	/** null when no ffmpeg was found: streams then fail with `decoder_missing`. */
	readonly ffmpegPath: string | null;
	readonly log: { readonly level: (typeof LOG_LEVELS)[number]; readonly format: 'json' | 'pretty' };
	readonly demo: { readonly enabled: boolean; readonly videos: readonly string[] };
}

type Environment = Record<string, string | undefined>;
type Values = { [N in VariableName]?: VariableValue<N> };

/**
 * Parses the environment, finds ffmpeg and reads (or makes) the secret key under DATA_DIR.
 * Throws StartupError naming every bad, missing or unknown variable, never a secret value.
 */
export function loadConfig(env: Environment = process.env): Config {
	const values = parseVariables(env);
	const dataDir = resolve(values.DATA_DIR ?? 'data');
	const port = values.PORT ?? 3000;
	const root = projectRoot();
	return deepFreeze({
		version: root.version,
		rootDir: root.dir,
		host: values.HOST ?? '127.0.0.1',
		port,
		origin: new URL(values.ORIGIN ?? `http://localhost:${port}`).origin,
		originGiven: values.ORIGIN !== undefined,
		dataDir,
		databaseUrl: values.DATABASE_URL ?? null,
		natsUrl: values.NATS_URL ?? null,
		nats: {
			prefix: values.VF_NATS_PREFIX ?? 'vf',
			credsFile: pathOf(values.VF_NATS_CREDS),
			tls: {
				ca: pathOf(values.VF_NATS_CA),
				cert: pathOf(values.VF_NATS_CERT),
				key: pathOf(values.VF_NATS_KEY)
			}
		},
		roles: values.VF_ROLES ?? ['web', 'worker', 'relay'],
		instanceId: values.VF_INSTANCE_ID ?? instanceName(dataDir),
		labels: values.VF_LABELS ?? {},
		advertise: values.VF_ADVERTISE ?? `${ownAddress(values.HOST)}:${port}`,
		maxStreams: values.VF_MAX_STREAMS ?? 4 * availableParallelism(),
		inference: {
			threads: values.VF_INFERENCE_THREADS ?? Math.max(1, Math.floor(availableParallelism() / 2)),
			pending: values.VF_INFERENCE_PENDING ?? 2,
			provider: values.VF_EXECUTION_PROVIDER ?? 'cpu'
		},
		admin: firstAdmin(values),
		secretKey: values.VF_SECRET_KEY ?? secretKey(values, dataDir),
		mediaDirs: [
			...(values.VF_MEDIA_DIRS ?? [join(dataDir, 'media')]).map((dir) => resolve(dir)),
			...demoDirs(values, root.dir)
		],
		sourceDeny: values.VF_SOURCE_DENY ?? DEFAULT_SOURCE_DENY.split(','),
		metricsToken: values.VF_METRICS_TOKEN ?? null,
		targetsFile: pathOf(values.VF_TARGETS_FILE),
		webhook: webhookToken(values, dataDir),
		ffmpegPath: findFfmpeg(values.FFMPEG_PATH),
		log: {
			level: values.LOG_LEVEL ?? 'info',
			format: values.LOG_FORMAT ?? (process.stdout.isTTY ? 'pretty' : 'json')
		},
		demo: {
			enabled: values.VF_DEMO === '1',
			videos: (values.VF_DEMO_VIDEOS ?? []).map((file) => resolve(file))
		}
	});
}

const pathOf = (path: string | undefined) => (path === undefined ? null : resolve(path));

/** The address listened on where it is one alone; else the first that leads out of this machine. */
function ownAddress(host = '127.0.0.1'): string {
	if (!['0.0.0.0', '::'].includes(host)) return host;
	const outside = Object.values(networkInterfaces())
		.flatMap((addresses) => addresses ?? [])
		.find(({ internal, family }) => !internal && family === 'IPv4');
	return outside?.address ?? '127.0.0.1';
}

/** An empty value counts as unset, as container files pass variables through. */
function parseVariables(env: Environment): Values {
	const values: Record<string, unknown> = {};
	const problems = unknownVariables(env);
	for (const [name, { schema, secret }] of Object.entries(VARIABLES)) {
		const text = env[name];
		if (text === undefined || text === '') continue;
		const result = schema.safeParse(text);
		if (result.success) values[name] = result.data;
		else
			problems.push(
				`${name} ${result.error.issues[0]?.message ?? 'is not valid'}${secret ? '' : `, not "${text.slice(0, 80)}"`}`
			);
	}
	if (problems.length > 0) throw new StartupError(`Configuration: ${problems.join('; ')}.`);
	return values as Values;
}

function unknownVariables(env: Environment): string[] {
	return Object.keys(env)
		.filter((name) => name.startsWith('VF_') && !(name in VARIABLES))
		.map((name) => {
			const near = nearest(name);
			return `${name} is not a variable this version knows${near ? `; did you mean ${near}?` : ''}`;
		});
}

/** The known VF_ variable within three edits, if any. */
function nearest(name: string): string | undefined {
	const ranked = Object.keys(VARIABLES)
		.filter((known) => known.startsWith('VF_'))
		.map((known) => ({ known, distance: editDistance(name, known) }))
		.sort((a, b) => a.distance - b.distance);
	return ranked.find(({ distance }) => distance <= 3)?.known;
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
	let row = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
			next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
		}
		row = next;
	}
	return row[b.length] ?? 0;
}

function firstAdmin(values: Values): Config['admin'] {
	const { VF_ADMIN_EMAIL: email, VF_ADMIN_PASSWORD: password } = values;
	if (email !== undefined && password !== undefined) return { email: email.toLowerCase(), password };
	if (email === undefined && password === undefined) return null;
	throw new StartupError(
		'Configuration: VF_ADMIN_EMAIL and VF_ADMIN_PASSWORD go together; set both, or neither.'
	);
}

function secretKey(values: Values, dataDir: string): string {
	if (values.DATABASE_URL === undefined) return readOrCreateSecret(join(dataDir, 'secret.key'));
	// Every instance on one database must share the key: a generated one would lock the others out.
	throw new StartupError(
		'Configuration: VF_SECRET_KEY is required with DATABASE_URL; make one with `openssl rand -hex 32` and give it to every instance.'
	);
}

/** Several instances must know the same one, so with a database that they may share none is made up. */
function webhookToken(values: Values, dataDir: string): Config['webhook'] {
	if (values.VF_WEBHOOK_TOKEN !== undefined) return { token: values.VF_WEBHOOK_TOKEN, from: 'environment' };
	if (values.DATABASE_URL !== undefined) return null;
	return {
		token: readOrCreateSecret(join(dataDir, 'webhook.token'), 'Delete it to have a new one made.'),
		from: 'file'
	};
}

/** The product's own films, so that demo cameras play at every start; and what the person who started it named. */
function demoDirs(values: Values, rootDir: string): string[] {
	const named = values.VF_DEMO === '1' ? (values.VF_DEMO_VIDEOS ?? []) : [];
	return [join(rootDir, 'scenes', 'loops'), ...named.map((file) => dirname(resolve(file)))];
}

/** The same after a restart, different for another host or another DATA_DIR. */
function instanceName(dataDir: string): string {
	const host =
		hostname()
			.replaceAll(/[^\w.-]/g, '-')
			.slice(0, 48) || 'vf';
	return `${host}-${createHash('sha256').update(dataDir).digest('hex').slice(0, 4)}`;
}

function deepFreeze<T extends object>(value: T): T {
	for (const inner of Object.values(value)) {
		if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
	}
	return Object.freeze(value);
}
