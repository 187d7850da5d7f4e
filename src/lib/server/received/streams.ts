// Which camera an alert is about, by its labels. Pure.

export interface Candidate {
	id: string;
	name: string;
	/** Where it runs: the instance's name, and its host:port. Null where it does not. */
	instance: string | null;
	address: string | null;
}

/**
 * By `stream_id`; else by `stream_name`, where one stream alone has it; else by `name` and `instance`, as host:port or by
 * name, of a stream that runs there. Null where the labels name none: better no camera than the wrong one.
 */
export function streamOf(
	labels: Record<string, string>,
	candidates: readonly Candidate[]
): Pick<Candidate, 'id' | 'name'> | null {
	const { stream_id, stream_name, name, instance } = labels;
	if (stream_id !== undefined) {
		const found = candidates.find(({ id }) => id === stream_id.toLowerCase());
		if (found) return found;
	}
	if (stream_name !== undefined) {
		const called = only(candidates.filter((one) => one.name === stream_name));
		if (called) return called;
	}
	if (name === undefined || instance === undefined) return null;
	const there = (one: Candidate) => one.instance === instance || one.address === instance;
	return only(candidates.filter((one) => one.name === name && there(one)));
}

const only = (found: readonly Candidate[]) => (found.length === 1 ? (found[0] ?? null) : null);
