// From what ffmpeg printed and how it ended to a cause in words, with advice: one table, read from the top.
import type { FailureCode, SourceFailure } from '#lib/contracts/failure.ts';
import type { SourceConfig } from '#lib/contracts/run.ts';
import { maskText, maskUrl, secretsOf } from '#lib/server/base/mask.ts';
import { advice } from './advice.ts';
import { MAX_PIXELS } from './command.ts';
import { isNoteworthy, type VideoFacts } from './report.ts';

/** Why the supervisor ended ffmpeg itself. */
export type Verdict =
	| { kind: 'no_first_frame'; afterS: number }
	| { kind: 'stalled'; afterS: number }
	| { kind: 'resolution_changed'; width: number; height: number }
	| { kind: 'too_small'; width: number; height: number }
	| { kind: 'too_large'; width: number; height: number }
	| { kind: 'broken_stream'; reason: string };

/** Nothing can be seen to move in less. */
const LEAST_SIDE = 16;

/** Whether a picture of this size is none we take; null where it is, or where the size is not known (0). */
export function sizeVerdict({ width, height }: { width: number; height: number }): Verdict | null {
	if (width * height > MAX_PIXELS) return { kind: 'too_large', width, height };
	return width > 0 && Math.min(width, height) < LEAST_SIDE ? { kind: 'too_small', width, height } : null;
}

/** One attempt that is over: everything known about its end. */
export interface Attempt {
	/** ffmpeg's standard error as it came, unmasked. */
	stderr: string;
	/** `missing`: ffmpeg itself could not be started. */
	exit: { code: number | null; signal: string | null } | 'missing';
	/** null where ffmpeg ended by itself. */
	verdict: Verdict | null;
	elapsedMs: number;
	/** `live` once a frame arrived. */
	phase: 'connecting' | 'live';
	/** What ffmpeg said of the video track; undefined before it listed the input, null where there is no video in it. */
	facts: VideoFacts | null | undefined;
}

interface Case extends Attempt {
	source: SourceConfig;
	/** host:port or the file's path: what messages speak of. */
	place: string;
}

interface Rule {
	code: FailureCode;
	when: (attempt: Case) => boolean;
	message: (attempt: Case) => string;
}

/** `attempt` in words. Neither message, advice nor evidence holds a credential. */
export function explain(attempt: Attempt, source: SourceConfig): SourceFailure {
	const full = { ...attempt, source, place: placeOf(source) };
	const rule = (attempt.verdict === null ? RULES : [...verdictRules(attempt.verdict), ...RULES]).find(
		({ when }) => when(full)
	);
	const { code, message } = rule ?? UNKNOWN;
	return failure(code, message(full), source, evidenceOf(attempt.stderr));
}

/** A failure with the advice that belongs to its code, all of it masked. */
export function failure(
	code: FailureCode,
	message: string,
	source: SourceConfig,
	evidence = ''
): SourceFailure {
	const secrets = secretsOf(source.url);
	return {
		code,
		message: maskText(message, secrets),
		advice: advice(code, source),
		evidence: maskText(evidence, secrets)
	};
}

const DEFAULT_PORTS: Record<string, string> = {
	'rtsp:': '554',
	'rtsps:': '322',
	'http:': '80',
	'https:': '443'
};

/** Where a source is, without its credentials: "10.20.4.31:554", or a file's path. */
export function placeOf(source: SourceConfig): string {
	if (source.kind === 'file' || !URL.canParse(source.url)) return maskUrl(source.url);
	const { protocol, hostname, port } = new URL(source.url);
	return `${hostname}:${port || (DEFAULT_PORTS[protocol] ?? '?')}`;
}

const isFile = (attempt: Case) => attempt.source.kind === 'file';
const exitedWell = (attempt: Case) => attempt.exit !== 'missing' && attempt.exit.code === 0;
const says = (pattern: RegExp) => (attempt: Case) => pattern.test(attempt.stderr);
const size = ({ width, height }: { width: number; height: number }) => `${width}×${height}`;
const seconds = (ms: number) => `${Math.max(1, Math.round(ms / 1_000))} s`;

/** Causes that only the supervisor can know. A source that never showed a frame may still have said why: the table goes on. */
function verdictRules(verdict: Verdict): Rule[] {
	const always = () => true;
	switch (verdict.kind) {
		case 'stalled':
			return [
				{
					code: 'stalled',
					when: always,
					message: (a) => `No frame from ${a.place} for ${verdict.afterS} s, though it is connected`
				}
			];
		case 'resolution_changed':
			return [
				{
					code: 'resolution_changed',
					when: always,
					message: (a) => `The picture of ${a.place} changed to ${size(verdict)}`
				}
			];
		case 'too_small':
			return [
				{
					code: 'not_video',
					when: always,
					message: (a) => `The picture of ${a.place} is ${size(verdict)} pixels: too small to see motion in`
				}
			];
		case 'too_large':
			return [{ code: 'too_large', when: always, message: (a) => tooLarge(a, verdict) }];
		case 'broken_stream':
			return [
				{
					code: 'decoder_crashed',
					when: always,
					message: () => `ffmpeg's output could not be read: ${verdict.reason}`
				}
			];
		case 'no_first_frame':
			return [];
	}
}

const UNKNOWN: Rule = {
	code: 'unknown',
	when: () => true,
	message: (a) =>
		`ffmpeg gave up on ${a.place} ${a.exit !== 'missing' && a.exit.code !== null ? `with status ${a.exit.code}` : 'without a reason'}`
};

const RULES: Rule[] = [
	{
		code: 'decoder_missing',
		when: (a) => a.exit === 'missing',
		message: () => 'ffmpeg could not be started on this machine'
	},
	{
		code: 'hardware_unavailable',
		when: (a) => a.source.hardwareDecode !== 'none' && a.phase === 'connecting' && HARDWARE.test(a.stderr),
		message: (a) => `Hardware decoding with ${a.source.hardwareDecode} does not work on this machine`
	},
	{
		code: 'unauthorized',
		when: says(/401 Unauthorized/),
		message: (a) => `${a.place} does not accept the user or password`
	},
	{
		code: 'forbidden',
		when: says(/403 Forbidden/),
		message: (a) => `${a.place} knows the user and refuses access`
	},
	{
		code: 'not_found',
		when: says(/Server returned 404|404 Not Found|HTTP error 4(04|10)/),
		message: (a) => `${a.place} answers, but has no stream at ${pathOf(a.source)}`
	},
	{ code: 'refused', when: says(/Connection refused/), message: (a) => `Connection refused by ${a.place}` },
	{
		code: 'unreachable',
		when: says(/Network is unreachable|No route to host|Host is (down|unreachable)/),
		message: (a) => `No route to ${a.place}`
	},
	{
		code: 'no_such_host',
		when: says(/Failed to resolve hostname|Name or service not known|name resolution|No address associated/),
		message: (a) => `The host name in ${a.place} is not known`
	},
	{
		code: 'timed_out',
		when: says(/(Connection|Operation) timed out/),
		message: (a) => `No answer from ${a.place} within ${seconds(a.elapsedMs)}`
	},
	{
		code: 'not_allowed',
		when: says(/not on whitelist/),
		message: (a) => `${a.place} leads to an address of a kind that is not allowed`
	},
	{
		code: 'bad_address',
		when: says(/Port missing in uri|Protocol not found/),
		message: (a) => `${maskUrl(a.source.url)} is not an address ffmpeg can open`
	},
	{
		code: 'file_missing',
		when: (a) => isFile(a) && /No such file or directory/.test(a.stderr),
		message: (a) => `There is no file ${a.place}`
	},
	{
		code: 'not_allowed',
		when: (a) => isFile(a) && /Permission denied/.test(a.stderr),
		message: (a) => `The server may not read ${a.place}`
	},
	{
		code: 'too_large',
		when: says(/exceeds specified max pixel count/),
		message: (a) => tooLarge(a, sizeIn(a.stderr))
	},
	{
		code: 'codec_unsupported',
		when: (a) => a.phase === 'connecting' && (a.facts?.codec === 'none' || UNDECODABLE.test(a.stderr)),
		message: (a) => `This ffmpeg cannot decode the video of ${a.place}${codecIn(a)}`
	},
	{
		code: 'no_video_track',
		when: (a) => a.facts === null,
		message: (a) => `${a.place} has sound or data, but no video`
	},
	{
		code: 'not_video',
		when: says(/detected only with low score/),
		message: (a) => `${a.place} is not a video`
	},
	{
		code: 'truncated',
		when: says(/moov atom not found|partial file|Truncating|File ended prematurely/),
		message: (a) => `${a.place} breaks off before its end`
	},
	{
		code: 'timed_out',
		when: (a) => a.verdict?.kind === 'no_first_frame' && a.facts !== undefined,
		message: (a) =>
			`${a.place} sends ${a.facts?.codec ?? 'video'}, but no whole picture came within ${seconds(a.elapsedMs)}`
	},
	{
		// A server that accepts and then says nothing looks to ffmpeg like one that says nonsense; only the time tells them apart.
		code: 'timed_out',
		when: (a) => a.phase === 'connecting' && (a.verdict !== null || (!isFile(a) && a.elapsedMs > 4_500)),
		message: (a) => `${a.place} accepts the connection, but sends no video within ${seconds(a.elapsedMs)}`
	},
	{
		code: 'not_video',
		when: (a) => a.phase === 'connecting' && NO_VIDEO.test(a.stderr),
		message: (a) => `What answers at ${a.place} is not a video`
	},
	{
		code: 'decoder_crashed',
		when: (a) => a.exit !== 'missing' && (a.exit.signal !== null || (a.exit.code ?? 0) > 255),
		message: (a) =>
			`ffmpeg was ended by ${a.exit === 'missing' ? 'nothing' : (a.exit.signal ?? 'a fault')} while reading ${a.place}`
	},
	{
		code: 'ended',
		when: (a) => a.phase === 'live',
		message: (a) => (isFile(a) ? `${a.place} has been played to its end` : `${a.place} closed the stream`)
	},
	{
		code: 'truncated',
		when: (a) => isFile(a) && exitedWell(a),
		message: (a) => `${a.place} holds no whole picture`
	},
	{ code: 'ended', when: exitedWell, message: (a) => `${a.place} closed the stream before its first picture` }
];

const HARDWARE =
	/Device creation failed|No device available|hwaccel (initiali[sz]ation|configured)|Unrecognized hwaccel|Cannot load lib|No VA display|Failed to (get HW surface|initiali[sz]e)|Error (creating|initializing) .*(device|session)/i;
const UNDECODABLE =
	/\(Video: none|Decoder \(codec [^)]*\) not found|no decoder found|Unsupported codec|Decoder not found/i;
const NO_VIDEO =
	/Invalid data found|Server returned 4XX|Server returned 5XX|Protocol error|Is a directory|End of file|Input\/output error/;

function tooLarge(attempt: Case, found: { width: number; height: number } | null): string {
	const picture = found === null ? 'larger' : `${size(found)} pixels, more`;
	return `The picture of ${attempt.place} is ${picture} than the ${(MAX_PIXELS / 1e6).toFixed(0)} megapixels this server decodes`;
}

function sizeIn(stderr: string): { width: number; height: number } | null {
	const found = /Picture size (\d+)x(\d+) exceeds/.exec(stderr);
	return found === null ? null : { width: Number(found[1]), height: Number(found[2]) };
}

function codecIn(attempt: Case): string {
	const codec = attempt.facts?.codec ?? /\(codec ([^)]*)\) not found/.exec(attempt.stderr)?.[1];
	return codec === undefined || codec === 'none' ? '' : ` (${codec})`;
}

function pathOf(source: SourceConfig): string {
	if (!URL.canParse(source.url)) return maskUrl(source.url);
	const { pathname, search } = new URL(source.url);
	return maskUrl(`${pathname}${search}`);
}

const MAX_EVIDENCE_LINES = 8;
const MAX_EVIDENCE = 1_200;

/** The first lines that are more than chatter, without ffmpeg's memory addresses; masked by the caller. */
function evidenceOf(stderr: string): string {
	const lines = stderr.split('\n').filter(isNoteworthy);
	const tidy = lines.map((line) =>
		line.replace(/ @ 0x[0-9a-f]+/g, '').replace(/\[(warning|error|fatal|panic)\] /, '')
	);
	return [...new Set(tidy)].slice(0, MAX_EVIDENCE_LINES).join('\n').slice(0, MAX_EVIDENCE);
}
