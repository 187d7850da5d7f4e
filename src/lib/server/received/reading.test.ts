// What is read out of the messages of Grafana and Alertmanager, and out of what nobody should send.
import { describe, expect, it } from 'vitest';
import { webhookMessage } from '#lib/contracts/received.ts';
import { linkOf, readMessage } from './reading.ts';
import {
	alertmanager,
	datasourceError,
	datasourceNoData,
	grafana,
	grafanaAlert,
	grafanaResolved,
	prometheusAlert,
	YEAR_ONE,
	type AlertJson
} from './testing/payloads.ts';

const NOW = new Date('2026-11-20T12:00:00.000Z');
const read = (message: unknown) => readMessage(webhookMessage.parse(message), NOW);
const first = (alert: AlertJson) => read(grafana([alert]))[0]!;

describe('a message of Grafana', () => {
	it('tells an alert that fires', () => {
		expect(first(grafanaAlert())).toMatchObject({
			sender: 'grafana',
			receiver: 'vectorflow-alert-webhook',
			groupKey: expect.stringContaining('alertname="Low Processing FPS"') as unknown,
			groupStatus: 'firing',
			status: 'firing',
			fingerprint: 'c6eadffa33fcdf37',
			begins: Date.parse('2026-11-20T09:00:10Z'),
			startsAt: new Date('2026-11-20T09:00:10Z'),
			endsAt: null,
			name: 'Low Processing FPS',
			severity: 'warning',
			summary: 'Yard: 3.1 frames a second',
			description: expect.stringContaining('fewer than 5 frames') as unknown,
			ruleUid: 'vf-low-fps',
			values: { A: 3.1, C: 1 },
			generatorUrl: 'http://grafana:3000/alerting/grafana/vf-low-fps/view?orgId=1',
			notes: []
		});
	});

	it('tells its end, with no values any more', () => {
		const told = first(grafanaResolved());
		expect(told).toMatchObject({ groupStatus: 'resolved', status: 'resolved', values: null });
		expect(told.endsAt).toEqual(new Date('2026-11-20T09:05:10Z'));
	});

	it('tells several alerts of a group, each with a status of its own', () => {
		const over = grafanaResolved({ fingerprint: 'b' });
		const told = read(grafana([grafanaAlert(), over]));
		expect(told.map(({ groupStatus, status }) => [groupStatus, status])).toEqual([
			['firing', 'firing'],
			['firing', 'resolved']
		]);
	});

	it('tells that a query failed, and which rule it was', () => {
		const told = first(datasourceError());
		expect(told).toMatchObject({ name: 'DatasourceError', severity: 'warning', values: null });
		expect(told.summary).toMatch(/^Running Streams Below Active Streams: .*no such host/);
		expect(told.ruleUid).toBe('vf-running-streams');
	});

	it('tells that a query answered nothing', () => {
		const told = first(datasourceNoData());
		expect(told.summary).toBe('DatasourceNoData: Worker Memory High');
		expect(told.description).toBeNull();
	});

	it('of an older version has the rule in its address, and its values as text alone', () => {
		const { ruleUID: _, values: __, ...older } = grafanaAlert();
		expect(first(older as AlertJson)).toMatchObject({ ruleUid: 'vf-low-fps', values: null });
	});
});

describe('a message of Alertmanager', () => {
	it('is of version 4, in nanoseconds, and says how many alerts it left out', () => {
		const [told] = read(alertmanager([prometheusAlert()], { truncatedAlerts: 12 }));
		expect(told).toMatchObject({
			sender: 'alertmanager',
			severity: 'critical',
			ruleUid: null,
			values: null,
			notes: ['Its group had 12 more alerts, which the sender left out.']
		});
		expect(told?.startsAt).toEqual(new Date('2026-11-20T09:00:26.739Z'));
		expect(told?.generatorUrl).toContain('g0.expr=');
	});

	it('without a fingerprint, as of old, has that of its labels', () => {
		const bare = (labels: Record<string, string>) => {
			const { fingerprint: _, ...alert } = prometheusAlert({ labels });
			return read(alertmanager([alert as AlertJson]))[0]?.fingerprint;
		};
		expect(bare({ a: '1', b: '2' })).toBe(bare({ b: '2', a: '1' }));
		expect(bare({ a: '1', b: '2' })).not.toBe(bare({ a: '1', b: '3' }));
		expect(bare({ a: '1' })).toMatch(/^[0-9a-f]{16}$/);
	});
});

describe('severity', () => {
	it.each([
		['critical', 'critical'],
		[' Critical ', 'critical'],
		['page', 'critical'],
		['info', 'info'],
		['none', 'info'],
		['warn', 'warning'],
		['apocalyptic', 'warning'],
		['constructor', 'warning'],
		['', 'warning']
	])('%o is %s', (severity, is) => {
		expect(first(grafanaAlert({ labels: { alertname: 'A', severity } })).severity).toBe(is);
	});

	it('is a warning where no label tells it', () => {
		expect(first(grafanaAlert({ labels: { alertname: 'A' } })).severity).toBe('warning');
	});
});

describe('times', () => {
	it('of the year 0001 are none', () => {
		const told = first(grafanaAlert({ startsAt: YEAR_ONE }));
		expect([told.begins, told.startsAt]).toEqual([null, NOW]);
		expect(first(grafanaResolved({ endsAt: YEAR_ONE })).endsAt).toEqual(NOW);
	});

	it('in the future are the moment they came, and noted', () => {
		const told = first(grafanaResolved({ startsAt: '2026-11-20T14:00:00Z', endsAt: '2036-11-20T14:00:00Z' }));
		expect([told.startsAt, told.endsAt]).toEqual([NOW, NOW]);
		expect(told.begins).toBe(Date.parse('2026-11-20T14:00:00Z'));
		expect(told.notes).toEqual([
			expect.stringContaining('start was told as 2026-11-20T14:00:00Z, 7200 s in the future'),
			expect.stringContaining('end was told')
		]);
	});

	it('a moment ahead are taken without a word', () => {
		const told = first(grafanaAlert({ startsAt: '2026-11-20T12:00:02Z' }));
		expect([told.startsAt, told.notes]).toEqual([NOW, []]);
	});

	it('of an end before the start are the start', () => {
		const told = first(grafanaResolved({ endsAt: '2020-01-01T00:00:00Z' }));
		expect(told.endsAt).toEqual(told.startsAt);
	});

	it('of what fires have no end, whatever they say', () => {
		expect(first(grafanaAlert({ endsAt: '2026-11-20T10:00:00Z' })).endsAt).toBeNull();
	});
});

describe('what is too much', () => {
	const LONG = 'x'.repeat(10_000);

	it('is cut with a mark, and noted', () => {
		const told = first(
			grafanaAlert({
				labels: { alertname: LONG, long: LONG, [LONG]: 'name' },
				annotations: { summary: LONG, description: LONG }
			})
		);
		expect(told.labels.long).toHaveLength(1000);
		expect(told.labels.long).toMatch(/^x+… \(cut, 10000 characters\)$/);
		expect(Object.keys(told.labels).every((name) => name.length <= 200)).toBe(true);
		expect(told.name).toHaveLength(200);
		expect(told.summary).toHaveLength(500);
		expect(told.description).toHaveLength(4000);
		expect(told.notes).toHaveLength(2);
	});

	it('of labels is left out', () => {
		const many = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`label_${at}`, 'x']));
		const told = first(grafanaAlert({ labels: many, annotations: many }));
		expect([Object.keys(told.labels).length, Object.keys(told.annotations).length]).toEqual([64, 64]);
	});

	it('of extras is left out of what is kept as it came', () => {
		let nested: unknown = 'deep';
		for (let depth = 0; depth < 5000; depth++) nested = [nested];
		const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`k${at}`, LONG]));
		const told = first(grafanaAlert({ enrichments: nested, wide, imageURL: LONG }));
		expect(JSON.stringify(told.raw).length).toBeLessThan(80_000);
		expect(JSON.stringify(told.raw)).toContain('nested too deep');
	});

	it('of a fingerprint is none', () => {
		const told = first(grafanaAlert({ fingerprint: LONG }));
		expect(told.fingerprint).toMatch(/^[0-9a-f]{16}$/);
	});

	it('never cuts a character in two', () => {
		const told = first(grafanaAlert({ labels: { alertname: 'A', faces: '😀'.repeat(5000) } }));
		expect(told.labels.faces?.isWellFormed()).toBe(true);
	});
});

describe('rubbish is refused with its path', () => {
	const alert = grafanaAlert();
	const { status: _, ...unsaid } = alert;
	it.each<[string, unknown, string]>([
		['nothing', null, ''],
		['a list', [], ''],
		['no alerts', { status: 'firing' }, 'alerts'],
		['alerts that are a tree', { status: 'firing', alerts: { a: [[[[]]]] } }, 'alerts'],
		['an alert that is a number', { status: 'firing', alerts: [7] }, 'alerts.0'],
		['an alert without a status', grafana([unsaid as AlertJson]), 'alerts.0.status'],
		['a status there is not', grafana([{ ...alert, status: 'burning' as 'firing' }]), 'alerts.0.status'],
		['labels that are a list', grafana([{ ...alert, labels: [] as never }]), 'alerts.0.labels'],
		[
			'a label that is a tree',
			grafana([{ ...alert, labels: { a: { b: 1 } } as never }]),
			'alerts.0.labels.a'
		],
		['a time that is none', grafana([{ ...alert, startsAt: 'yesterday' }]), 'alerts.0.startsAt'],
		['values that are text', grafana([{ ...alert, values: { A: 'much' } }]), 'alerts.0.values.A'],
		['201 alerts', grafana(Array.from({ length: 201 }, () => alert)), 'alerts']
	])('%s', (_, message, at) => {
		const result = webhookMessage.safeParse(message);
		expect(result.success).toBe(false);
		expect(result.error?.issues.map(({ path }) => path.join('.'))).toContain(at);
	});

	it('but what is not known, and what Go writes for nothing, is taken', () => {
		const message = grafana([{ ...alert, annotations: null as never, surprise: { of: 'tomorrow' } }], {
			commonLabels: null,
			surprise: [1]
		});
		expect(read(message)[0]?.annotations).toEqual({});
	});
});

describe('links', () => {
	it.each([
		['http://grafana/x', 'http://grafana/x'],
		['https://user:secret@grafana/x', 'https://grafana/x'],
		['javascript:alert(1)', null],
		['data:text/html,x', null],
		['/relative', null],
		['', null],
		[7, null],
		[`http://grafana/${'x'.repeat(3000)}`, null]
	])('%o', (given, is) => {
		expect(linkOf(given)).toBe(is);
	});
});
