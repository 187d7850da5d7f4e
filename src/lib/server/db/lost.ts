// Transactions whose connection is lost halfway: they fail, and no more. The driver by itself would go on, with "rollback" at the
// latest, on the connection that is gone, and the error that raises ends the process.
import { setImmediate as turn } from 'node:timers/promises';
import type { Sql, TransactionSql } from 'postgres';

type Work = (tx: TransactionSql) => Promise<unknown>;
type Begin = (options: string, work: Work) => Promise<unknown>;

/** Guards the transactions that begin on this pool; savepoints within them are not. */
export function guardTransactions(sql: Sql): void {
	const begin = sql.begin.bind(sql) as Begin;
	const guarded = (options: string, work: Work): Promise<unknown> => {
		let lost: unknown = null;
		const over = begin(options, (tx) => bounded(tx, work, () => lost));
		// The driver tells the transaction first, whatever in it still waits or works.
		return over.catch((error: unknown) => {
			lost = named(error);
			throw lost;
		});
	};
	sql.begin = ((first: string | Work, second?: Work) =>
		typeof first === 'string' ? guarded(first, second!) : guarded('', first)) as Sql['begin'];
}

/** As a query's error: what the driver says of a connection alone names none, and would not be known for an outage. */
function named(error: unknown): unknown {
	if (error instanceof Error && 'code' in error && !('query' in error))
		Object.defineProperty(error, 'query', { value: 'transaction' });
	return error ?? new Error('the connection was lost');
}

/** What a lost transaction comes to is never told to the driver: it has answered already, and would roll back. */
async function bounded(tx: TransactionSql, work: Work, lost: () => unknown): Promise<unknown> {
	try {
		const result = await work(refusing(tx, lost));
		if (lost() === null) return result;
	} catch (error) {
		// A query fails a moment before its transaction is known to be lost.
		await turn();
		if (lost() === null) throw error;
	}
	return new Promise(() => {});
}

/** Queries fail at once where the connection is gone. */
function refusing(tx: TransactionSql, lost: () => unknown): TransactionSql {
	const unsafe = (...query: Parameters<TransactionSql['unsafe']>) =>
		lost() === null ? tx.unsafe(...query) : refusal(lost());
	return new Proxy(tx, {
		get: (target, name) => (name === 'unsafe' ? unsafe : (Reflect.get(target, name) as unknown))
	});
}

/** As the driver's pending queries are asked: as they are, or for values alone. */
function refusal(error: unknown) {
	const refused = Promise.reject(error);
	refused.catch(() => {});
	return Object.assign(refused, { values: () => refused });
}
