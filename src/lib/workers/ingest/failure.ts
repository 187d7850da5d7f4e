// From how an attempt ended to a failure in words, with advice and evidence, and nothing secret in it.
import type { FailureCode, SourceFailure } from '#lib/contracts/failure.ts';
import type { SourceConfig } from '#lib/contracts/run.ts';
import { maskText, secretsOf } from '#lib/server/base/mask.ts';
import { advice } from './advice.ts';
import { placeOf, type Attempt } from './attempt.ts';
import { causeOf } from './causes.ts';
import { isNoteworthy } from './report.ts';

/** `attempt` in words. Neither message, advice nor evidence holds a credential. */
export function explain(attempt: Attempt, source: SourceConfig): SourceFailure {
	const { code, message } = causeOf({ ...attempt, source, place: placeOf(source) });
	return failure(code, message, source, evidenceOf(attempt.stderr));
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
