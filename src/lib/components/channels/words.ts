// A channel in words: where it leads, and how it is.
import type { ChannelRecord, ChannelType } from '#lib/contracts/channel.ts';
import type { StreamStatusWord } from '#lib/contracts/status.ts';
import { duration, plural, secondsSince } from '../ui/format.ts';

export const KINDS: Record<ChannelType, { label: string; what: string }> = {
	webhook: {
		label: 'Webhook',
		what: 'Posts each alert to a web address: Slack, Discord, ntfy, Telegram, your own.'
	},
	mqtt: { label: 'MQTT', what: 'Publishes each alert to a broker.' },
	tcp: { label: 'TCP', what: 'Writes each alert as one line of JSON to a host and port.' },
	hikvision: { label: 'Hikvision', what: 'Posts ISAPI event notifications to a recorder or its software.' },
	email: { label: 'E-mail', what: 'Sends each alert, with its picture, through a mail server.' }
};

/** Without secrets: the API tells none. */
export function addressOf({ type, config }: Pick<ChannelRecord, 'type' | 'config'>): string {
	const text = (key: string) => String(config[key] ?? '');
	switch (type) {
		case 'webhook':
		case 'mqtt':
		case 'hikvision':
			return text('url');
		case 'tcp':
			return `${text('host')}:${text('port')}`;
		case 'email':
			return `${(config['to'] as string[]).join(', ')} by ${text('host')}`;
	}
}

export interface ChannelHealth {
	glyph: StreamStatusWord;
	text: string;
	tone: 'bad' | 'warn' | null;
}

/** `now` in ms since the epoch. What fails comes before what waits. */
export function healthOf(channel: ChannelRecord, now: number): ChannelHealth {
	if (!channel.enabled) return { glyph: 'deactivated', text: 'Off: alerts are held back', tone: null };
	const waiting =
		channel.pending === 0 ? '' : `${plural(channel.pending, 'delivery waits', 'deliveries wait')}`;
	if (channel.last_error !== null)
		return {
			glyph: 'stream_error',
			text: [channel.last_error, waiting && `${waiting}.`].filter(Boolean).join(' '),
			tone: 'bad'
		};
	if (waiting !== '') return { glyph: 'starting', text: waiting, tone: null };
	if (channel.last_delivered_at === null)
		return { glyph: 'deactivated', text: 'Nothing delivered yet', tone: null };
	const ago = duration(secondsSince(channel.last_delivered_at, now));
	return { glyph: 'connected', text: `Last delivered ${ago} ago`, tone: null };
}

/** What follows from taking a channel away. */
export function farewell({ rules, pending }: Pick<ChannelRecord, 'rules' | 'pending'>): string {
	const who =
		rules === 0
			? 'No rule delivers here.'
			: `${plural(rules, 'rule delivers', 'rules deliver')} here and ${rules === 1 ? 'goes' : 'go'} on without it.`;
	const lost =
		pending === 0
			? ''
			: ` ${plural(pending, 'delivery that waits is', 'deliveries that wait are')} not sent.`;
	return `${who}${lost} Its delivery log goes with it. This cannot be undone.`;
}
