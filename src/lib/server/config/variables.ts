// Every environment variable the server reads: its form, its default and its meaning, in one table.
import { isIP } from 'node:net';
import { delimiter } from 'node:path';
import { z } from 'zod';
import { INSTANCE_ROLES, labels, type InstanceRole } from '#lib/contracts/instance.ts';
import { EXECUTION_PROVIDERS } from '#lib/contracts/model.ts';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Networks no camera lives in, and whose addresses give secrets away: link-local, and the clouds' metadata services. */
export const DEFAULT_SOURCE_DENY = '169.254.0.0/16,fe80::/10,100.100.100.200/32,fd00:ec2::254/128';

interface Variable<T> {
	schema: z.ZodType<T, string>;
	/** The default as a person reads it. */
	default: string;
	meaning: string;
	/** Never printed, in errors neither. */
	secret?: true;
	/** Set by the product's own entry, not by people. */
	internal?: true;
}

const variable = <T>(entry: Variable<T>) => entry;

const wholeNumber = (min: number, max: number) =>
	z
		.string()
		.refine((text) => /^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max, {
			error: `must be a whole number from ${min} to ${max}`
		})
		.transform(Number);

const list = (separator: string | RegExp) => z.string().transform((text) => splitList(text, separator));

/** Paths: the system's own separator, or commas. */
const paths = list(delimiter === ';' ? /[;,]/ : /[:,]/);

const address = (...protocols: string[]) =>
	z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
		error: `must be an address beginning with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`
	});

const origin = address('http:', 'https:').refine(
	(text) => URL.canParse(text) && `${new URL(text).origin}/` === new URL(text).href,
	{
		error: 'must be scheme, host and port alone, as in https://cameras.example.org'
	}
);

/** Networks as CIDR, a bare address meaning itself alone; `none` denies nothing. */
const networks = z
	.string()
	.transform((text) => (text.trim() === 'none' ? [] : splitList(text, ',')))
	.refine((entries) => entries.every(isNetwork), {
		error: 'must be networks such as 10.0.0.0/8 or fe80::/10, separated by commas, or none'
	});

const roles = list(',')
	.refine(
		(names) =>
			names.length > 0 && names.every((name) => (INSTANCE_ROLES as readonly string[]).includes(name)),
		{
			error: `must be some of ${INSTANCE_ROLES.join(', ')}, separated by commas`
		}
	)
	.transform((names) => names as InstanceRole[]);

/** `name=value,name=value`, held to the same schema as the API's labels. */
const labelList = list(',').transform((entries, context) => {
	const parsed = labels.safeParse(
		Object.fromEntries(
			entries.map((entry) => [entry.split('=')[0] ?? '', entry.split('=').slice(1).join('=')])
		)
	);
	if (parsed.success) return parsed.data;
	context.addIssue({
		code: 'custom',
		message: `must be labels such as site=north,gpu=yes (${parsed.error.issues[0]?.message ?? 'not valid'})`
	});
	return z.NEVER;
});

const oneOf = <const T extends readonly [string, ...string[]]>(names: T) =>
	z.enum(names, { error: `must be one of ${names.join(', ')}` }) as unknown as z.ZodType<T[number], string>;

const password = z
	.string()
	.min(10, { error: 'must have at least 10 characters' })
	.max(128, { error: 'must have at most 128 characters' });

export const VARIABLES = {
	PORT: variable({ schema: wholeNumber(1, 65_535), default: '3000', meaning: 'TCP port to listen on' }),
	HOST: variable({
		schema: z.string().regex(/^[\w.:-]+$/, { error: 'must be an address or a host name' }),
		default: '127.0.0.1',
		meaning: 'address to listen on; 0.0.0.0 for every IPv4 interface, as in the container image'
	}),
	ORIGIN: variable({
		schema: origin,
		default: 'http://localhost:PORT',
		meaning:
			'public address, for cookies and the check of where requests come from; set it behind a reverse proxy'
	}),
	DATA_DIR: variable({
		schema: z.string(),
		default: './data',
		meaning: 'embedded Postgres, models, snapshots, clips, generated secrets'
	}),
	DATABASE_URL: variable({
		schema: address('postgres:', 'postgresql:'),
		default: 'unset: embedded Postgres under DATA_DIR',
		meaning: 'external Postgres, version 15 or newer',
		secret: true
	}),
	NATS_URL: variable({
		schema: address('nats:', 'tls:'),
		default: 'unset: in-process bus',
		meaning: 'external NATS with JetStream',
		secret: true
	}),
	VF_NATS_PREFIX: variable({
		schema: z.string().regex(/^[a-z0-9_-]{1,32}$/i, {
			error: 'must be 1 to 32 letters, digits, dashes or underscores'
		}),
		default: 'vf',
		meaning: 'first part of every subject, stream and bucket name: one NATS can serve several installations'
	}),
	VF_NATS_CREDS: variable({
		schema: z.string(),
		default: 'unset',
		meaning: "file with the user's NATS credentials (.creds), where NATS_URL names no user"
	}),
	VF_NATS_CA: variable({
		schema: z.string(),
		default: "unset: the system's authorities",
		meaning: 'file with the certificate authority of NATS, PEM; with tls:// or where the server asks for TLS'
	}),
	VF_NATS_CERT: variable({
		schema: z.string(),
		default: 'unset',
		meaning: 'file with the client certificate for NATS, PEM; needs VF_NATS_KEY'
	}),
	VF_NATS_KEY: variable({
		schema: z.string(),
		default: 'unset',
		meaning: 'file with the key of VF_NATS_CERT, PEM'
	}),
	VF_ROLES: variable({
		schema: roles,
		default: 'web,worker,relay',
		meaning: 'which parts this instance runs'
	}),
	VF_INSTANCE_ID: variable({
		schema: z
			.string()
			.regex(/^[\w.-]{1,64}$/, { error: 'must be 1 to 64 letters, digits, dots, dashes or underscores' }),
		default: 'made of the host name and DATA_DIR',
		meaning: 'name of this instance in leases, logs and metrics'
	}),
	VF_MAX_STREAMS: variable({
		schema: wholeNumber(1, 1000),
		default: '4 × cores',
		meaning: 'streams this instance may run'
	}),
	VF_LABELS: variable({
		schema: labelList,
		default: 'none',
		meaning:
			'what streams may ask for to be run here, as site=north,gpu=yes: streams whose `placement` asks for it go to instances that say it'
	}),
	VF_ADVERTISE: variable({
		schema: z.string().regex(/^[\w.-]+:\d{1,5}$|^\[[0-9a-f:]+\]:\d{1,5}$/i, { error: 'must be host:port' }),
		default: "the machine's first address outside, and PORT",
		meaning: 'host:port where other machines reach this instance, told to Prometheus'
	}),
	VF_INFERENCE_THREADS: variable({
		schema: wholeNumber(1, 64),
		default: 'half the cores, at least 1',
		meaning: 'threads that run models; they start when the first model is used'
	}),
	VF_INFERENCE_PENDING: variable({
		schema: wholeNumber(1, 5),
		default: '2',
		meaning: 'pictures of one stream that may wait for a model; beyond it the oldest is dropped and counted'
	}),
	VF_EXECUTION_PROVIDER: variable({
		schema: oneOf(EXECUTION_PROVIDERS),
		default: 'cpu',
		meaning: `what runs models: one of ${EXECUTION_PROVIDERS.join(', ')}; falls back to cpu, saying so, where it is missing`
	}),
	VF_ADMIN_EMAIL: variable({
		schema: z.email({ error: 'must be an e-mail address' }).max(254),
		default: 'unset: the first-run page asks',
		meaning: 'first administrator, created when there is no user; needs VF_ADMIN_PASSWORD'
	}),
	VF_ADMIN_PASSWORD: variable({
		schema: password,
		default: 'unset',
		meaning: "the first administrator's password",
		secret: true
	}),
	VF_SECRET_KEY: variable({
		schema: z.string().min(32, { error: 'must have at least 32 characters, as from `openssl rand -hex 32`' }),
		default: 'generated into DATA_DIR/secret.key (0600); required with DATABASE_URL',
		meaning: 'encrypts source credentials and signs sessions',
		secret: true
	}),
	VF_MEDIA_DIRS: variable({
		schema: paths,
		default: 'DATA_DIR/media',
		meaning: 'folders file sources may be read from, separated by colons; any other is refused'
	}),
	VF_SOURCE_DENY: variable({
		schema: networks,
		default: DEFAULT_SOURCE_DENY,
		meaning:
			'networks a stream address may not reach (the default: link-local and cloud metadata); `none` denies nothing'
	}),
	VF_METRICS_TOKEN: variable({
		schema: z.string().min(16, { error: 'must have at least 16 characters' }),
		default: 'unset: /metrics is open on loopback only',
		meaning: 'bearer token for /metrics',
		secret: true
	}),
	VF_TARGETS_FILE: variable({
		schema: z.string().regex(/\.json$/, { error: 'must be a file ending in .json' }),
		default: 'unset: none is written',
		meaning:
			"file with the living instances, kept up to date in the form of Prometheus' file_sd, where Prometheus may not ask the server for its targets"
	}),
	VF_WEBHOOK_TOKEN: variable({
		schema: z
			.string()
			.min(16, { error: 'must have at least 16 characters, as from `openssl rand -hex 32`' })
			.max(500, { error: 'must have at most 500 characters' })
			.regex(/^[\x21-\x7e]+$/, { error: 'must be letters, digits and signs without spaces' }),
		default:
			'generated into DATA_DIR/webhook.token (0600); with DATABASE_URL unset: no alerts are taken from elsewhere',
		meaning:
			'secret with which Grafana and Alertmanager may send alerts to /api/v1/alerts/webhook; the same on every instance',
		secret: true
	}),
	FFMPEG_PATH: variable({
		schema: z.string(),
		default: 'resolved: ffmpeg-static, then ffmpeg on PATH',
		meaning: 'the ffmpeg binary'
	}),
	LOG_LEVEL: variable({
		schema: oneOf(LOG_LEVELS),
		default: 'info',
		meaning: `one of ${LOG_LEVELS.join(', ')}`
	}),
	LOG_FORMAT: variable({
		schema: oneOf(['json', 'pretty']),
		default: 'json; pretty on a terminal',
		meaning: 'structured lines, or a form for reading'
	}),
	VF_DEMO: variable({
		schema: oneOf(['0', '1']),
		default: '0',
		meaning: 'adds the demo cameras',
		internal: true
	}),
	VF_DEMO_VIDEOS: variable({
		schema: paths,
		default: 'unset',
		meaning: 'files added as cameras by --video',
		internal: true
	})
};

export type VariableName = keyof typeof VARIABLES;
export type VariableValue<N extends VariableName> = z.output<(typeof VARIABLES)[N]['schema']>;

function splitList(text: string, separator: string | RegExp): string[] {
	return text
		.split(separator)
		.map((entry) => entry.trim())
		.filter((entry) => entry !== '');
}

function isNetwork(entry: string): boolean {
	const [host = '', bits, ...rest] = entry.split('/');
	const family = isIP(host);
	if (family === 0 || rest.length > 0) return false;
	return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
