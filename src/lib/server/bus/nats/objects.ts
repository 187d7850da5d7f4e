// Files for every instance, in a JetStream object store: written and read a part at a time, never whole in memory.
import { Objm, setSha256Backend, type ObjectInfo, type ObjectStore as Bucket } from '@nats-io/obj';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { AppError, causeChain } from '../../base/errors.ts';
import type { ObjectStore } from '../journal.ts';
import type { JetStream, JetStreamAccess } from './jetstream.ts';
import { isNotFound } from './streams.ts';

export interface NatsObjectsParts {
	jetStream: JetStream;
	prefix: string;
}

interface Opened extends JetStreamAccess {
	bucket: Bucket;
	/** The stream that holds the bucket, and the subjects of its parts and of its entries. */
	stream: string;
	partsOf(info: ObjectInfo): string;
	entryOf(name: string): string;
}

export function createNatsObjects({ jetStream, prefix }: NatsObjectsParts): ObjectStore {
	const name = `${prefix}-files`;
	// The default is written in JavaScript and would hold up everything else for a large file.
	setSha256Backend('native');

	async function open(): Promise<Opened> {
		const access = jetStream.use();
		const { replicas } = access;
		const bucket = await new Objm(access.client).create(name, {
			description: 'Vector Flow: files',
			replicas
		});
		return {
			...access,
			bucket,
			stream: `OBJ_${name}`,
			partsOf: ({ nuid }) => `$O.${name}.C.${nuid}`,
			entryOf: (file) => `$O.${name}.M.${entryToken(file)}`
		};
	}
	async function using<T>(what: string, work: (opened: Opened) => Promise<T>): Promise<T> {
		try {
			return await work(await open());
		} catch (error) {
			if (error instanceof AppError) throw error;
			if (isNotFound(error)) void jetStream.mend();
			const why = `The files of the other instances cannot be ${what}: ${causeChain(error)}.`;
			throw new AppError('unavailable', why, { cause: error, retryAfterS: 5 });
		}
	}

	return {
		put: (file, content) =>
			using('written', async ({ bucket }) => {
				// Node's declaration of a web stream and the client's are the same thing under two names.
				await bucket.put(
					{ name: encodeURI(file) },
					Readable.toWeb(content) as ReadableStream<Uint8Array> as never
				);
			}),
		get: (file) =>
			using('read', async (opened) => {
				const info = await opened.bucket.info(encodeURI(file));
				return info === null || info.deleted ? null : Readable.from(parts(opened, info));
			}),
		remove: (file) =>
			using('removed', async ({ bucket, manager, stream, partsOf, entryOf }) => {
				const info = await bucket.info(encodeURI(file));
				if (info === null) return;
				// The entry too: a mark that it was deleted would stay for ever.
				await manager.streams.purge(stream, { filter: entryOf(file) });
				await manager.streams.purge(stream, { filter: partsOf(info) });
			}),
		list: (prefixOfNames) =>
			using('listed', async ({ bucket }) => {
				const infos = await bucket.list();
				return infos
					.filter((info) => !info.deleted)
					.map((info) => ({ name: decodeURI(info.name), writtenAt: new Date(info.mtime) }))
					.filter((file) => file.name.startsWith(prefixOfNames));
			})
	};
}

/**
 * How the object store spells a name as one token: base64, padded, safe for addresses. It takes Latin letters alone, so that
 * names are given to it percent-encoded.
 */
function entryToken(name: string): string {
	return Buffer.from(encodeURI(name)).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

/** The parts in their order, each asked for when the one before was taken. Throws where they are not what was written. */
async function* parts({ manager, stream, partsOf }: Opened, info: ObjectInfo): AsyncGenerator<Uint8Array> {
	const subject = partsOf(info);
	const hash = createHash('sha256');
	let next = 0;
	for (let part = 0; part < info.chunks; part++) {
		const message = await manager.direct.getMessage(stream, { seq: next, next_by_subj: subject });
		if (message === null) throw incomplete(info);
		next = message.seq + 1;
		hash.update(message.data);
		yield message.data;
	}
	if (!info.digest.endsWith(digestOf(hash.digest()))) throw incomplete(info);
}

const digestOf = (bytes: Buffer) => bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');

const incomplete = ({ name }: ObjectInfo) =>
	new AppError('unavailable', `The file ${name} came damaged, or was replaced while it was read. Try again.`);
