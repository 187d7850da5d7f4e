// Reads Prometheus' text format strictly, for tests: what is not in the format throws.

export interface Sample {
	name: string;
	labels: Record<string, string>;
	value: number;
}

export interface Scraped {
	types: Map<string, string>;
	samples: Sample[];
	/** The samples of this name that have these labels. */
	of(name: string, labels?: Record<string, string>): Sample[];
	/** The value of the only such sample. Throws where there is none, or more. */
	value(name: string, labels?: Record<string, string>): number;
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,|$)/y;

export function parseExposition(text: string): Scraped {
	if (!text.endsWith('\n')) throw new Error('the text does not end with a line feed');
	const types = new Map<string, string>();
	const samples: Sample[] = [];
	const seen = new Set<string>();
	for (const line of text.split('\n').filter(Boolean)) {
		if (line.startsWith('# HELP ')) continue;
		if (line.startsWith('# TYPE ')) {
			const [name = '', type = ''] = line.slice(7).split(' ');
			if (types.has(name)) throw new Error(`${name} is declared twice`);
			types.set(name, type);
			continue;
		}
		const sample = parseSample(line);
		const key = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`;
		if (seen.has(key)) throw new Error(`the series ${key} is there twice`);
		seen.add(key);
		samples.push(sample);
	}
	const of = (name: string, labels: Record<string, string> = {}) =>
		samples.filter(
			(sample) =>
				sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value)
		);
	return {
		types,
		samples,
		of,
		value(name, labels = {}) {
			const [only, ...more] = of(name, labels);
			if (!only || more.length > 0)
				throw new Error(`${name} ${JSON.stringify(labels)}: ${only ? 'several samples' : 'no sample'}`);
			return only.value;
		}
	};
}

function parseSample(line: string): Sample {
	const [, name, labels = '', number = ''] = SAMPLE.exec(line) ?? [];
	if (name === undefined) throw new Error(`not a sample: ${line}`);
	const value = number === '+Inf' ? Infinity : number === '-Inf' ? -Infinity : Number(number);
	if (Number.isNaN(value) && number !== 'NaN') throw new Error(`not a number: ${line}`);
	return { name, labels: parseLabels(labels, line), value };
}

function parseLabels(text: string, line: string): Record<string, string> {
	const labels: Record<string, string> = {};
	LABEL.lastIndex = 0;
	while (LABEL.lastIndex < text.length) {
		const [, name, value] = LABEL.exec(text) ?? [];
		if (name === undefined || value === undefined) throw new Error(`bad labels: ${line}`);
		if (name in labels) throw new Error(`a label twice: ${line}`);
		labels[name] = value.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
	}
	return labels;
}
