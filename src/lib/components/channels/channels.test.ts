// Channels on the page: the form's way to the API and back, presets that make what they promise, words.
import { describe, expect, it } from 'vitest';
import { CHANNEL_TYPES, channelInput, type ChannelRecord, type ChannelType } from '#lib/contracts/channel.ts';
import { testMessage } from '#lib/server/delivery/message.ts';
import { isJson, renderJson, unknownField } from '#lib/server/delivery/senders/template.ts';
import { draftOf, emptyDraft, inputOf, withType } from './draft.ts';
import { choiceOf, PRESETS } from './presets.ts';
import { addressOf, farewell, healthOf } from './words.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const CONFIGS: Record<ChannelType, object> = {
	webhook: { url: 'https://h/x', secret: '***', headers: { Authorization: '***', Title: 'a:b' } },
	mqtt: { url: 'mqtts://b:8883', topic: 'a/{{name}}', username: 'u', password: '***', qos: 2, retain: true },
	tcp: { host: '10.0.0.5', port: 9000, tls: true },
	hikvision: { url: 'http://h/', username: 'admin', password: '***', channel_id: 3, event_type: 'VMD' },
	email: { host: 'm', port: 465, security: 'tls', from: 'a@b.co', to: ['c@d.co', 'e@f.co'] }
};
function record(type: ChannelType, rest: Partial<ChannelRecord> = {}): ChannelRecord {
	const input = channelInput.parse({ name: 'N', type, config: CONFIGS[type], min_interval_s: 5 });
	const at = new Date(NOW - 90_000).toISOString();
	return {
		...input,
		id: crypto.randomUUID(),
		created_at: at,
		updated_at: at,
		rules: 0,
		pending: 0,
		last_delivered_at: null,
		last_error: null,
		...rest
	};
}

describe('the form', () => {
	it.each(CHANNEL_TYPES)('sends a %s back as it was read', (type) => {
		const stored = record(type);
		expect(channelInput.parse(inputOf(draftOf(stored)))).toEqual(
			channelInput.parse({ name: 'N', type, config: stored.config, min_interval_s: 5 })
		);
	});

	it('keeps name and limits when the kind changes, and nothing else', () => {
		const draft = { ...emptyDraft(), name: 'N', maxPerHour: 3, password: 'p', url: 'https://h/' };
		expect(withType(draft, 'email')).toEqual({ ...emptyDraft('email'), name: 'N', maxPerHour: 3 });
	});
});

describe('a preset', () => {
	const message = testMessage('"quoted"\n', 'https://vf.example');
	it.each(Object.entries(PRESETS))('for %s makes JSON of fields that exist', (name, { template }) => {
		expect(unknownField(template)).toBeNull();
		expect(isJson(template, undefined)).toBe(true);
		expect(JSON.stringify(JSON.parse(renderJson(template, message)))).toContain('Nothing happened');
		expect(choiceOf(template)).toBe(name);
	});
	it('that was changed is one’s own', () =>
		expect([choiceOf('{}'), choiceOf(null)]).toEqual(['own', 'alert']));
});

describe('words', () => {
	it('say where it leads', () => {
		expect(CHANNEL_TYPES.map((type) => addressOf(record(type)))).toEqual([
			'https://h/x',
			'mqtts://b:8883',
			'10.0.0.5:9000',
			'http://h/',
			'c@d.co, e@f.co by m'
		]);
	});
	it('say how it is, trouble first', () => {
		const at = new Date(NOW - 90_000).toISOString();
		const said = (rest: Partial<ChannelRecord>) => healthOf(record('tcp', rest), NOW).text;
		expect(said({})).toBe('Nothing delivered yet');
		expect(said({ last_delivered_at: at })).toBe('Last delivered 1 min ago');
		expect(said({ last_delivered_at: at, pending: 2 })).toBe('2 deliveries wait');
		expect(said({ last_error: 'Nobody answers.', pending: 1 })).toBe('Nobody answers. 1 delivery waits.');
		expect(said({ enabled: false, last_error: 'x' })).toMatch(/^Off/);
	});
	it('say what a removal takes along', () => {
		expect(farewell({ rules: 0, pending: 0 })).toMatch(/^No rule delivers here\. Its delivery log/);
		expect(farewell({ rules: 2, pending: 3 })).toMatch(
			/^2 rules deliver here and go on without it\. 3 deliveries that wait are not sent\./
		);
	});
});
