// What a check of this machine found.

export interface Finding {
	/** What was looked at: "ffmpeg". */
	name: string;
	/** `warn` works in part; with a `fail` the server does not start. */
	state: 'ok' | 'warn' | 'fail';
	detail: string;
	/** The exact command, or the step, that mends it. */
	fix?: string;
}

export const ok = (name: string, detail: string): Finding => ({ name, state: 'ok', detail });
export const warn = (name: string, detail: string, fix: string): Finding => ({
	name,
	state: 'warn',
	detail,
	fix
});
export const fail = (name: string, detail: string, fix: string): Finding => ({
	name,
	state: 'fail',
	detail,
	fix
});
