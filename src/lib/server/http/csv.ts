// Tables as CSV (RFC 4180), safe to open in a spreadsheet.

/** `name` is that of the file, without its ending. */
export function csvResponse(
	name: string,
	{ header, rows }: { header: string[]; rows: (string | number | null)[][] }
): Response {
	const lines = [header, ...rows].map((row) => row.map(field).join(','));
	return new Response(`${lines.join('\r\n')}\r\n`, {
		headers: {
			'content-type': 'text/csv; charset=utf-8',
			'content-disposition': `attachment; filename="${name}.csv"`,
			'cache-control': 'no-store'
		}
	});
}

/** A name that begins like a formula would be one in a spreadsheet. */
function field(value: string | number | null): string {
	if (value === null) return '';
	if (typeof value === 'number') return String(value);
	const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
