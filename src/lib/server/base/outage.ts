// Telling a database that is away from a query that is wrong: the first heals by itself and answers 503.

/** Classes 08 (connection), 57P (shut down, starting up), 25P03 (a transaction stood still), 53300 (no connection left); and what sockets say. */
const OUTAGE_CODES =
	/^(08\w{3}|57P0[1-5]|25P03|53300|CONNECTION_(CLOSED|ENDED|DESTROYED)|CONNECT_TIMEOUT|ECONN(REFUSED|RESET)|EPIPE|ENOENT|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/;

/** True when the error, or a cause within it, is a query that found no database to answer it. */
export function isDatabaseOutage(error: unknown): boolean {
	let asked = false;
	for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) {
		// Both the driver and the query builder name the query: a socket error without one is somebody else's.
		asked ||= 'query' in cause;
		if (asked && 'code' in cause && OUTAGE_CODES.test(String(cause.code))) return true;
	}
	return false;
}

/** Classes 40 (deadlock, serialisation), 53 (disk full, no memory), 58 (the system's fault), and what took or waited too long. */
const PASSING_CODES = /^(40\w{3}|53\w{3}|58\w{3}|55P03|57014)$/;

/** True for an outage, and for what a database that is there cannot do at the moment, whatever it is asked: the same may succeed later. */
export function isDatabaseInTrouble(error: unknown): boolean {
	if (isDatabaseOutage(error)) return true;
	for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) {
		if ('code' in cause && PASSING_CODES.test(String(cause.code))) return true;
	}
	return false;
}
