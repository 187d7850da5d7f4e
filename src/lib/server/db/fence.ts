// The fence: what is written of a stream is written by whoever holds its lease, or not at all.
import { sql, type SQL, type SQLWrapper } from 'drizzle-orm';
import type { Transaction } from './client.ts';
import { leases } from './schema/fleet.ts';

/**
 * True where the stream's lease bears this token. In a transaction that writes by it, take the lease's row with
 * `lockLease` first: then nobody takes the stream over between the question and the commit.
 * A null token stands for a stream that nobody holds: true where it has no lease that has not expired.
 */
export function fenced(streamId: SQLWrapper | string, token: SQLWrapper | number | null): SQL {
	if (token === null)
		return sql`not exists (select 1 from ${leases} where ${leases.stream_id} = ${streamId} and ${leases.expires_at} > now())`;
	return sql`exists (select 1 from ${leases} where ${leases.stream_id} = ${streamId} and ${leases.token} = ${token})`;
}

/** Whether the stream may be written under this token; where it may, its lease stays as it is until the transaction ends. */
export async function lockLease(
	tx: Pick<Transaction, 'execute'>,
	streamId: string,
	token: number | null
): Promise<boolean> {
	const [lease] = await tx.execute<{ token: string | number; live: boolean }>(
		sql`select ${leases.token} as token, ${leases.expires_at} > now() as live from ${leases}
			where ${leases.stream_id} = ${streamId} for share`
	);
	if (token === null) return !lease?.live;
	return lease !== undefined && Number(lease.token) === token;
}
