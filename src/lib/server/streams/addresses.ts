// A stream's address between people, the database and the engine: checked, sealed, opened.
import type { SourceFailure } from '#lib/contracts/failure.ts';
import { AppError } from '../base/errors.ts';
import { maskUrl } from '../base/mask.ts';
import { restoreCredentials } from './credentials.ts';
import type { Sealer, UnsealProblem } from '../base/sealer.ts';
import { checkAddress, resolveSource, type ResolvedSource, type SourcePolicy } from './source.ts';
import type { StreamRow } from './store.ts';

export interface AddressColumns {
	rtsp_url: string;
	sealed_url: string;
}

export interface Addresses {
	/** The columns for an address as somebody gave it, `row` being what is stored so far. Throws `invalid_input`. */
	columnsFor(streamId: string, given: string, row: StreamRow | null): Promise<AddressColumns>;
	/** The source of a stored stream, ready to be opened. */
	sourceOf(row: StreamRow): Promise<ResolvedSource>;
	/** The source behind an address that is only to be looked at; a mask in it means the stored stream's secret. */
	sourceToProbe(
		given: string,
		row: StreamRow | null,
		options: Pick<StreamRow, 'rtsp_transport'>
	): Promise<ResolvedSource>;
}

export function createAddresses(sealer: Sealer, policy: SourcePolicy): Addresses {
	async function columnsFor(streamId: string, given: string, row: StreamRow | null): Promise<AddressColumns> {
		// What was read back unchanged stays as it is, even where the key that could open it is lost.
		if (row && given === row.rtsp_url) return { rtsp_url: row.rtsp_url, sealed_url: row.sealed_url };
		const stored = row ? open(row) : null;
		const restored = restoreCredentials(given, stored);
		if (!restored.ok) throw badAddress(restored.message);
		if (row && restored.url === stored) return { rtsp_url: row.rtsp_url, sealed_url: row.sealed_url };
		await requireAllowed(restored.url);
		return { rtsp_url: maskUrl(restored.url), sealed_url: sealer.seal(restored.url, streamId) };
	}

	function open(row: StreamRow): string | null {
		const opened = sealer.unseal(row.sealed_url, row.id);
		return opened.ok ? opened.plain : null;
	}

	/** A name that does not resolve today is no reason to refuse a camera; one that leads to a denied network is. */
	async function requireAllowed(url: string): Promise<void> {
		const resolved = await resolveSource(url, policy);
		if (!resolved.ok) throw badAddress(sentence(resolved.failure));
		const failure = await checkAddress(resolved.source, policy);
		if (failure?.code === 'not_allowed') throw badAddress(sentence(failure));
	}

	async function sourceOf(row: StreamRow): Promise<ResolvedSource> {
		const opened = sealer.unseal(row.sealed_url, row.id);
		if (!opened.ok) return { ok: false, failure: unreadable(row.name, opened.problem) };
		return resolveSource(opened.plain, policy, {
			transport: row.rtsp_transport,
			hardwareDecode: row.hardware_decode
		});
	}

	async function sourceToProbe(
		given: string,
		row: StreamRow | null,
		options: Pick<StreamRow, 'rtsp_transport'>
	): Promise<ResolvedSource> {
		const restored = restoreCredentials(given, row ? open(row) : null);
		if (!restored.ok)
			return {
				ok: false,
				failure: { code: 'bad_address', message: restored.message, advice: '', evidence: '' }
			};
		const resolved = await resolveSource(restored.url, policy, { transport: options.rtsp_transport });
		if (!resolved.ok) return resolved;
		const failure = await checkAddress(resolved.source, policy);
		return failure ? { ok: false, failure } : resolved;
	}

	return { columnsFor, sourceOf, sourceToProbe };
}

function sentence({ message, advice }: SourceFailure): string {
	return `${message}. ${advice}`;
}

function badAddress(message: string): AppError {
	return new AppError('invalid_input', message, { errors: [{ path: 'rtsp_url', message }] });
}

function unreadable(name: string, problem: UnsealProblem): SourceFailure {
	const told = {
		wrong_key: {
			message: `The stored address of ${name} was encrypted with another VF_SECRET_KEY`,
			advice: 'Start the server with the VF_SECRET_KEY it had before, or type the whole address again.'
		},
		damaged: {
			message: `The stored address of ${name} is damaged and cannot be decrypted`,
			advice: 'Type the whole address again.'
		}
	};
	return { code: 'secret_unreadable', ...told[problem], evidence: '' };
}
