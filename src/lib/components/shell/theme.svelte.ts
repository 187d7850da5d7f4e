// The chosen theme: the system's, unless this browser was told otherwise. static/theme.js applies it before the first paint.

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'vf-theme';

class ThemeChoice {
	#chosen = $state<Theme>('system');

	/** Reads what this browser was told; call once the page runs. */
	read() {
		const stored = document.documentElement.dataset['theme'];
		this.#chosen = stored === 'light' || stored === 'dark' ? stored : 'system';
	}

	get value(): Theme {
		return this.#chosen;
	}

	set value(theme: Theme) {
		this.#chosen = theme;
		if (theme === 'system') delete document.documentElement.dataset['theme'];
		else document.documentElement.dataset['theme'] = theme;
		try {
			if (theme === 'system') localStorage.removeItem(KEY);
			else localStorage.setItem(KEY, theme);
		} catch {
			// No storage: the choice lasts until the page is left.
		}
	}
}

export const theme = new ThemeChoice();
