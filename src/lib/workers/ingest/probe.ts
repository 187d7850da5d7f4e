// Looks at a source once: what it is and one picture of it, or why not, within ten seconds.
import type { ProbeResult } from '#lib/contracts/probe.ts';
import type { SourceConfig } from '#lib/contracts/run.ts';
import { refuseAddress } from './address.ts';
import { sizeVerdict, type Attempt } from './attempt.ts';
import { stillCommand, type InputMode } from './command.ts';
import { explain } from './failure.ts';
import { firstMode, otherTransport } from './input-mode.ts';
import { startFfmpeg } from './process.ts';
import { Report } from './report.ts';

/** All attempts together; the answer is due within ten seconds. */
const WITHIN_MS = 9_000;
/** When there are two transports to try, the first gets this long: a second one must still fit. */
const FIRST_WITHIN_MS = 5_800;
const THUMBNAIL_WIDTH = 640;
/** A 640-pixel JPEG is a hundredth of this. */
const MAX_THUMBNAIL_BYTES = 4 << 20;

interface Look {
	attempt: Attempt;
	jpeg: Buffer;
}

export async function probeSource(source: SourceConfig, ffmpegPath: string): Promise<ProbeResult> {
	const startedAt = performance.now();
	const elapsedMs = () => Math.round(performance.now() - startedAt);
	const refusal = refuseAddress(source);
	if (refusal !== null) return { ok: false, failure: refusal, elapsedMs: elapsedMs() };

	const mode = firstMode(source);
	const mayChange = mode.kind === 'rtsp' && source.transport === 'auto';
	const first = await look(source, mode, ffmpegPath, mayChange ? FIRST_WITHIN_MS : WITHIN_MS);
	const told = answer(source, mode, first, elapsedMs);
	if (told.ok) return told;
	const other = otherTransport(source, mode, first.attempt, told.failure.code);
	if (other === null) return told;
	const second = answer(
		source,
		other,
		await look(source, other, ffmpegPath, WITHIN_MS - elapsedMs()),
		elapsedMs
	);
	return second.ok ? second : { ...told, elapsedMs: elapsedMs() };
}

function answer(
	source: SourceConfig,
	mode: InputMode,
	{ attempt, jpeg }: Look,
	elapsedMs: () => number
): ProbeResult {
	const { facts } = attempt;
	const verdict = facts ? sizeVerdict(facts) : null;
	if (!facts || verdict !== null || jpeg.length === 0) {
		const failure = explain({ ...attempt, verdict: verdict ?? attempt.verdict }, source);
		return { ok: false, failure, elapsedMs: elapsedMs() };
	}
	return {
		ok: true,
		...facts,
		transport: mode.kind === 'rtsp' ? mode.transport : null,
		thumbnail: jpeg.toString('base64'),
		elapsedMs: elapsedMs()
	};
}

/** One ffmpeg that ends with its first picture, or is ended. */
async function look(
	source: SourceConfig,
	mode: InputMode,
	ffmpegPath: string,
	withinMs: number
): Promise<Look> {
	const startedAt = performance.now();
	const report = new Report();
	const chunks: Buffer[] = [];
	let bytes = 0;
	let late = false;
	const ffmpeg = await startFfmpeg(ffmpegPath, stillCommand(source, mode, THUMBNAIL_WIDTH), {
		stderr: (chunk) => report.push(chunk),
		stdout(chunk) {
			bytes += chunk.length;
			if (bytes <= MAX_THUMBNAIL_BYTES) chunks.push(chunk);
		}
	});
	const deadline = setTimeout(() => {
		late = true;
		ffmpeg.kill();
	}, withinMs);
	const exit = await ffmpeg.ended;
	clearTimeout(deadline);
	const attempt: Attempt = {
		stderr: report.text(),
		exit,
		verdict: late ? { kind: 'no_first_frame', afterS: withinMs / 1_000 } : null,
		elapsedMs: performance.now() - startedAt,
		phase: 'connecting',
		facts: report.facts ?? (report.inputListed ? null : undefined)
	};
	return { attempt, jpeg: Buffer.concat(chunks) };
}
