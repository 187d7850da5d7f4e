// What a spreadsheet and a script make of a table.
import { expect, test } from 'vitest';
import { csvResponse } from './csv.ts';

test('a header row, a row each, empty where nothing is known', async () => {
	const response = csvResponse('flow', {
		header: ['at', 'avg', 'direction'],
		rows: [
			['2026-11-21T00:00:00.000Z', 1.5, null],
			['2026-11-21T00:00:01.000Z', -2, 0]
		]
	});
	expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
	expect(response.headers.get('content-disposition')).toBe('attachment; filename="flow.csv"');
	expect(await response.text()).toBe(
		'at,avg,direction\r\n2026-11-21T00:00:00.000Z,1.5,\r\n2026-11-21T00:00:01.000Z,-2,0\r\n'
	);
});

test('names stay one field, and no formula', async () => {
	const header = ['a,b', 'say "x"', '=1+1', '@cmd', 'two\nlines'];
	expect(await csvResponse('x', { header, rows: [] }).text()).toBe(
		`"a,b","say ""x""",'=1+1,'@cmd,"two\nlines"\r\n`
	);
});
