// What the server that answers this page says of its health, read every so often.
import { timeOfDay } from '../ui/format.ts';

export type Check = { state: 'ok' } | { state: 'degraded' | 'failed'; reason: string };

export interface HealthReport {
	status: 'healthy' | 'degraded' | 'unhealthy';
	version: string;
	timestamp: string;
	details: Record<string, Check | number | string>;
}

export class Health {
	value = $state.raw<HealthReport | null>(null);
	/** Whether the last reading got no answer; what was read before is still there. */
	failed = $state(false);

	/** An unhealthy server answers 503 with the same report. */
	async read(): Promise<void> {
		try {
			this.value = (await (await fetch('/health')).json()) as HealthReport;
			this.failed = false;
		} catch {
			this.failed = true;
		}
	}

	/** Meant for an effect: reads now, and every so often while the page is looked at. */
	keep(everyMs: number): () => void {
		void this.read();
		const timer = setInterval(() => document.visibilityState === 'visible' && void this.read(), everyMs);
		return () => clearInterval(timer);
	}

	/** The id of the instance that answered. */
	get instance(): string | null {
		const id = this.value?.details['instance'];
		return typeof id === 'string' ? id : null;
	}

	/** Why a check is not in order; null where it is, or is not known. */
	trouble(name: string): string | null {
		const check = this.value?.details[name];
		return typeof check === 'object' && check.state !== 'ok' ? sentence(check.reason) : null;
	}
}

const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;

/** A check's reason as the pages write: it begins like a sentence, and its times are the reader's. */
export function sentence(reason: string): string {
	const local = reason.replaceAll(MOMENT, (moment) => timeOfDay(moment));
	return local.charAt(0).toUpperCase() + local.slice(1);
}
