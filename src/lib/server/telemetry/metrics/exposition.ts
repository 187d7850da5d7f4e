// The text Prometheus reads: families handed to registries of prom-client's of our own, which write and escape them.
import { Registry, type Metric, type RegistryContentType } from 'prom-client';
import type { Family } from './family.ts';
import type { View } from './view.ts';

/** What a registry asks of a metric: its `get`, in prom-client 15. */
interface Collectable {
	name: string;
	type: Family['type'];
	get(): Promise<{
		name: string;
		help: string;
		type: Family['type'];
		values: { metricName: string; labels: Record<string, string>; value: number }[];
	}>;
}

export interface Written {
	text: string;
	contentType: string;
}

export interface Exposition {
	/** In OpenMetrics' form for who asks for it in the Accept header, as Prometheus does; otherwise in Prometheus' own. */
	write(view: View, accept?: string | null): Promise<Written>;
}

type Form = 'prometheus' | 'openMetrics';

export function createExposition(families: readonly Family[]): Exposition {
	const writers = {
		prometheus: createWriter(families, 'prometheus'),
		openMetrics: createWriter(families, 'openMetrics')
	};
	return { write: (view, accept) => writers[formOf(accept ?? '')](view) };
}

function createWriter(families: readonly Family[], form: Form): (view: View) => Promise<Written> {
	const registry = new Registry<RegistryContentType>();
	if (form === 'openMetrics') registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
	let view: View | null = null;
	for (const family of families) {
		// Its own gauges and counters remember every series they were ever given; these remember none.
		const collectable = collectableOf(family, form, () => view);
		registry.registerMetric(collectable as unknown as Metric);
	}
	return async (next) => {
		view = next;
		return { text: await registry.metrics(), contentType: registry.contentType };
	};
}

function collectableOf(
	{ name: full, type, meaning, series }: Family,
	form: Form,
	view: () => View | null
): Collectable {
	// In OpenMetrics a counter is named without its ending, which the registry gives to its samples.
	const name = form === 'openMetrics' && type === 'counter' ? full.replace(/_total$/, '') : full;
	return {
		name,
		type,
		async get() {
			const seen = view();
			const values = (seen ? series(seen) : []).map(({ labels, value, suffix = '' }) => ({
				metricName: name + suffix,
				labels,
				value
			}));
			return { name, help: meaning, type, values };
		}
	};
}

/** OpenMetrics where it is asked for by name and not refused; what else is asked for, Prometheus' form answers. */
function formOf(accept: string): Form {
	const asked = accept.split(',').map((range) => range.split(';').map((part) => part.trim().toLowerCase()));
	const quality = (type: string) => {
		const range = asked.find(([name, ...parts]) => name === type && !parts.includes('version=0.0.1'));
		if (!range) return 0;
		const q = Number(range.find((part) => part.startsWith('q='))?.slice(2) ?? 1);
		return Number.isFinite(q) ? q : 0;
	};
	const openMetrics = quality('application/openmetrics-text');
	return openMetrics > 0 && openMetrics >= quality('text/plain') ? 'openMetrics' : 'prometheus';
}
