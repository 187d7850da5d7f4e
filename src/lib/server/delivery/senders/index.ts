// The sender of a channel, by its kind.
import type { ChannelConfigs, ChannelType } from '#lib/contracts/channel.ts';
import { createEmailSender, type Snapshot } from './email.ts';
import { createHikvisionSender } from './hikvision.ts';
import { createMqttSender } from './mqtt.ts';
import type { Reach } from './reach.ts';
import type { Sender } from './sender.ts';
import { createTcpSender } from './tcp.ts';
import { createWebhookSender } from './webhook.ts';

/** A channel's kind with the configuration that belongs to it, secrets included. */
export type Target = { [T in ChannelType]: { type: T; config: ChannelConfigs[T] } }[ChannelType];

export interface SenderPorts {
	reach: Reach;
	snapshot: Snapshot;
}

export function createSender(target: Target, { reach, snapshot }: SenderPorts): Sender {
	switch (target.type) {
		case 'webhook':
			return createWebhookSender(target.config, reach);
		case 'mqtt':
			return createMqttSender(target.config, reach);
		case 'tcp':
			return createTcpSender(target.config, reach);
		case 'hikvision':
			return createHikvisionSender(target.config, reach);
		case 'email':
			return createEmailSender(target.config, reach, snapshot);
	}
}
