// A received alert in words.
import { describe, expect, it } from 'vitest';
import type { ReceivedAlert } from '#lib/contracts/received.ts';
import { annotationsOf, labelsOf, linksOf, senderWords, valuesOf } from './received.ts';

const received = (parts: Partial<ReceivedAlert> = {}) =>
	({
		...{ sender: 'grafana', receiver: 'desk', deliveries: 1, annotations: {}, values: null },
		...{ generator_url: null, dashboard_url: null, panel_url: null, silence_url: null },
		...parts
	}) as ReceivedAlert;

describe('who told it', () => {
	it('names the sender, the receiver and how often', () => {
		expect(senderWords(received())).toBe('From Grafana, receiver desk, in 1 message');
		expect(senderWords(received({ sender: 'alertmanager', receiver: '', deliveries: 3 }))).toBe(
			'From Alertmanager, in 3 messages'
		);
	});
});

describe('what it told', () => {
	it('leaves out what stands above already', () => {
		const annotations = { summary: 'Slow', description: 'Very slow', runbook_url: 'https://x/', by: 'a' };
		expect(annotationsOf({ annotations }, 'Slow').map(({ name }) => name)).toEqual(['by', 'runbook_url']);
		expect(annotationsOf({ annotations }, 'Cut').map(({ name }) => name)).toContain('summary');
		expect(labelsOf({ alertname: 'A', b: '1', a: '2' })).toEqual([
			{ name: 'a', value: '2' },
			{ name: 'b', value: '1' }
		]);
	});

	it('has figures of any size', () => {
		expect(valuesOf({ values: { C: 1, A: 3.14159265, B: 1.2e-9, D: 12345678 } })).toEqual([
			{ name: 'A', value: '3.14159' },
			{ name: 'B', value: '1.2e-9' },
			{ name: 'C', value: '1' },
			{ name: 'D', value: '12345700' }
		]);
		expect(valuesOf({ values: null })).toEqual([]);
	});
});

describe('links', () => {
	it('are those there are, the panel rather than its dashboard', () => {
		expect(linksOf(received())).toEqual([]);
		const words = (parts: Partial<ReceivedAlert>) => linksOf(received(parts)).map((link) => link.words);
		expect(words({ generator_url: 'http://g/', dashboard_url: 'http://d/' })).toEqual([
			'Rule in Grafana',
			'Dashboard'
		]);
		expect(words({ panel_url: 'http://p/', dashboard_url: 'http://d/', silence_url: 'http://s/' })).toEqual([
			'Panel',
			'Silence it'
		]);
		expect(words({ sender: 'alertmanager', generator_url: 'http://p/' })).toEqual(['Query in Prometheus']);
	});
});
