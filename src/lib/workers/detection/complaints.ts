// One complaint in a while: what fails on every frame must not fill the activity log.

const EVERY_MS = 30_000;

/** Passes a text on unless one was passed a short while ago. */
export function sparingly(
	complain: (text: string) => void,
	now = () => performance.now()
): (text: string) => void {
	let lastAt = -Infinity;
	return (text) => {
		if (now() - lastAt < EVERY_MS) return;
		lastAt = now();
		complain(text);
	};
}
