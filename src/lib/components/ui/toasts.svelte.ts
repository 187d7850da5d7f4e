// Results of one's own actions, shown for six seconds. Never for alerts, nor for errors that last.

export interface Toast {
	id: number;
	tone: 'good' | 'bad';
	text: string;
	detail?: string | undefined;
	undo?: (() => void) | undefined;
}

const SHOWN_MS = 6_000;
const MOST = 3;

class Toasts {
	list = $state<Toast[]>([]);
	#next = 1;

	say(text: string, more: Omit<Partial<Toast>, 'id' | 'text'> = {}) {
		const toast: Toast = { id: this.#next++, tone: 'good', text, ...more };
		this.list = [...this.list, toast].slice(-MOST);
		setTimeout(() => this.dismiss(toast.id), SHOWN_MS);
	}

	dismiss(id: number) {
		this.list = this.list.filter((toast) => toast.id !== id);
	}
}

export const toasts = new Toasts();
