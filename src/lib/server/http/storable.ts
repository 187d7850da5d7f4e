// Text that no database column holds, refused at the door: NUL, and half of a character.
import { AppError } from '../base/errors.ts';

const isHeld = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();

/** What was given, as it is; throws `invalid_input` naming the first field whose text cannot be stored. */
export function requireStorable<T>(given: T): T {
	const left: { path: string; value: unknown }[] = [{ path: '', value: given }];
	// A list of its own: a body nested as deep as it is long must not fill the stack.
	for (let next = left.pop(); next; next = left.pop()) {
		const { path, value } = next;
		if (typeof value === 'string' && !isHeld(value)) throw notHeld(path);
		if (typeof value !== 'object' || value === null) continue;
		for (const [key, inner] of Object.entries(value)) {
			if (!isHeld(key)) throw notHeld(path);
			left.push({ path: path === '' ? key : `${path}.${key}`.slice(-200), value: inner });
		}
	}
	return given;
}

/** Throws `not_found` where a part of the path is text that nothing could be stored under. */
export function requireStorablePath(params: Partial<Record<string, string>>): void {
	if (Object.values(params).every((part) => part === undefined || isHeld(part))) return;
	throw new AppError('not_found', 'There is nothing at this path: it holds NUL or half a character.');
}

function notHeld(path: string): AppError {
	const message = 'holds NUL or half a character, which is no text';
	return new AppError('invalid_input', path === '' ? `The text ${message}.` : `${path}: ${message}.`, {
		errors: [{ path, message }]
	});
}
