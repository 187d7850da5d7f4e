// The text Prometheus reads: families handed to a registry of prom-client's of our own, which writes and escapes them.
import { Registry, type Metric } from 'prom-client';
import type { Family } from './family.ts';
import type { View } from './view.ts';

/** What a registry asks of a metric: its `get`, in prom-client 15. */
interface Collectable {
	name: string;
	get(): Promise<{
		name: string;
		help: string;
		type: Family['type'];
		values: { metricName: string; labels: Record<string, string>; value: number }[];
	}>;
}

export interface Exposition {
	readonly contentType: string;
	write(view: View): Promise<string>;
}

export function createExposition(families: readonly Family[]): Exposition {
	const registry = new Registry();
	let view: View | null = null;

	function collectable({ name, type, meaning, series }: Family): Collectable {
		return {
			name,
			async get() {
				const values = (view ? series(view) : []).map(({ labels, value, suffix = '' }) => ({
					metricName: name + suffix,
					labels,
					value
				}));
				return { name, help: meaning, type, values };
			}
		};
	}

	for (const family of families) {
		// Its own gauges and counters remember every series they were ever given; these remember none.
		registry.registerMetric(collectable(family) as unknown as Metric);
	}

	return {
		contentType: registry.contentType,
		write(next) {
			view = next;
			return registry.metrics();
		}
	};
}
