// Whether objects and zones are drawn on live pictures: this viewer's own choice, kept by the browser.

export interface Marks {
	boxes: boolean;
	zones: boolean;
}
export type MarkName = keyof Marks;
export const MARKS: readonly MarkName[] = ['boxes', 'zones'];

const KEY = 'vf-marks';
const SHOWN: Marks = { boxes: true, zones: true };

/** What was kept, or both shown where nothing readable was. */
export function parseMarks(kept: string | null): Marks {
	if (kept === null) return SHOWN;
	const names = kept.split(',');
	return { boxes: names.includes('boxes'), zones: names.includes('zones') };
}

export function marksText(marks: Marks): string {
	return MARKS.filter((name) => marks[name]).join(',');
}

class MarkChoice {
	#shown = $state.raw<Marks>(parseMarks(typeof localStorage === 'undefined' ? null : kept()));

	get shown(): Marks {
		return this.#shown;
	}

	choose(name: MarkName, on: boolean): void {
		this.#shown = { ...this.#shown, [name]: on };
		try {
			localStorage.setItem(KEY, marksText(this.#shown));
		} catch {
			// A browser that keeps nothing shows the choice until the page is left.
		}
	}
}

function kept(): string | null {
	try {
		return localStorage.getItem(KEY);
	} catch {
		return null;
	}
}

/** One choice for every picture of the page. */
export const marks = new MarkChoice();
