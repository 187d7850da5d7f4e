// The table of causes: what ffmpeg says, how it ends and when, each with its code and its words. Read from the top.
import type { FailureCode } from '#lib/contracts/failure.ts';
import type { SourceConfig } from '#lib/contracts/run.ts';
import { maskUrl } from '#lib/server/base/mask.ts';
import type { Attempt, Verdict } from './attempt.ts';
import { MAX_PIXELS } from './command.ts';

export interface Case extends Attempt {
	source: SourceConfig;
	/** host:port or the file's path: what messages speak of. */
	place: string;
}

interface Cause {
	code: FailureCode;
	when: (attempt: Case) => boolean;
	message: (attempt: Case) => string;
}

/** The first cause that fits. */
export function causeOf(attempt: Case): { code: FailureCode; message: string } {
	const causes = [...(attempt.verdict === null ? [] : verdictCauses(attempt.verdict)), ...CAUSES];
	const { code, message } = causes.find(({ when }) => when(attempt)) ?? UNKNOWN;
	return { code, message: message(attempt) };
}

const isFile = (attempt: Case) => attempt.source.kind === 'file';
const exitedWell = (attempt: Case) => attempt.exit !== 'missing' && attempt.exit.code === 0;
const says = (pattern: RegExp) => (attempt: Case) => pattern.test(attempt.stderr);
const size = ({ width, height }: { width: number; height: number }) => `${width}×${height}`;
const seconds = (ms: number) => `${Math.max(1, Math.round(ms / 1_000))} s`;

/** Causes that only the supervisor can know. A source that never showed a frame may still have said why: the table goes on. */
function verdictCauses(verdict: Verdict): Cause[] {
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

const UNKNOWN: Cause = {
	code: 'unknown',
	when: () => true,
	message: (a) =>
		`ffmpeg gave up on ${a.place} ${a.exit !== 'missing' && a.exit.code !== null ? `with status ${a.exit.code}` : 'without a reason'}`
};

const CAUSES: Cause[] = [
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
