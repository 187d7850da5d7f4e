// Records that arrive while a list is read: where they go, and that nothing is doubled or jumps the queue.
import { describe, expect, it } from 'vitest';
import { append, merge, refreshed } from './merge.ts';

interface Row {
	id: string;
	at: number;
	on: boolean;
}
const row = (id: string, at: number, on = true): Row => ({ id, at, on });
const options = (more = false) => ({ at: (one: Row) => one.at, belongs: (one: Row) => one.on, more });
const ids = (rows: readonly Row[]) => rows.map(({ id }) => id).join('');

const rows = [row('c', 30), row('b', 20), row('a', 10)];

describe('a record that arrives', () => {
	it('stands first when it is the newest', () => {
		expect(ids(merge(rows, row('d', 40), options()))).toBe('dcba');
	});

	it('stands in its place when it comes late', () => {
		expect(ids(merge(rows, row('x', 25), options()))).toBe('cxba');
	});

	it('takes the place of what it was before', () => {
		const changed = merge(rows, { ...row('b', 20), on: true }, options());
		expect(ids(changed)).toBe('cba');
		expect(changed[1]).not.toBe(rows[1]);
	});

	it('goes when it no longer belongs, and never comes when it never did', () => {
		expect(ids(merge(rows, row('b', 20, false), options()))).toBe('ca');
		expect(merge(rows, row('x', 25, false), options())).toBe(rows);
	});

	it('waits for its page when it is older than what is loaded', () => {
		expect(merge(rows, row('x', 5), options(true))).toBe(rows);
		expect(ids(merge(rows, row('x', 5), options(false)))).toBe('cbax');
	});

	it('begins an empty list', () => {
		expect(ids(merge([], row('x', 5), options()))).toBe('x');
	});
});

describe('pages', () => {
	it('follow each other without doubles', () => {
		expect(ids(append(rows, [row('a', 10), row('z', 5)]))).toBe('cbaz');
	});

	it('read anew keep older pages and lose what is gone', () => {
		const page = [row('d', 40), row('c', 30), row('y', 22)];
		const older = [...rows, row('z', 5)];
		expect(ids(refreshed(older, page, options(true)))).toBe('dcybaz');
		expect(ids(refreshed(older, page, options(false)))).toBe('dcy');
		expect(ids(refreshed(older, [], options(true)))).toBe('');
	});
});
