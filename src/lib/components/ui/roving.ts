// One tab stop for a group; arrows, Home and End move inside it.

/** Where the focus goes from `index` among `length` items, or null when the key is not for moving. Ends wrap. */
export function roved(key: string, index: number, length: number, vertical = false): number | null {
	const [back, on] = vertical ? ['ArrowUp', 'ArrowDown'] : ['ArrowLeft', 'ArrowRight'];
	if (length === 0) return null;
	if (key === on) return (index + 1) % length;
	if (key === back) return (index - 1 + length) % length;
	if (key === 'Home') return 0;
	return key === 'End' ? length - 1 : null;
}

/** Handles a keydown on a group: focuses the item the key leads to and answers its index, or null. */
export function rove(event: KeyboardEvent, group: HTMLElement, vertical = false): number | null {
	const items = [...group.querySelectorAll<HTMLElement>('[data-rove]:not(:disabled)')];
	const index = items.indexOf(document.activeElement as HTMLElement);
	const next = index === -1 ? null : roved(event.key, index, items.length, vertical);
	if (next === null) return null;
	event.preventDefault();
	items[next]?.focus();
	return next;
}
