// A time of day as people type it.

/** `6:00`, `600`, `6.30` and `22` as `06:00`, `06:00`, `06:30` and `22:00`; anything else as it was typed. */
export function clockOf(typed: string): string {
	const text = typed.trim();
	const match = /^(\d{1,2})(?:[:.](\d{2}))?$/.exec(text) ?? /^(\d{1,2})(\d{2})$/.exec(text);
	if (!match) return text;
	return `${(match[1] ?? '').padStart(2, '0')}:${match[2] ?? '00'}`;
}
