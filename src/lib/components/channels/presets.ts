// Bodies that well-known services take, as a start: each makes JSON with the fields it fills in.

export interface Preset {
	label: string;
	/** What to enter as the address. */
	address: string;
	/** What else has to be known. */
	hint: string;
	template: string;
}

const body = (value: object) => JSON.stringify(value, null, 2);
const TEXT = '{{name}} ({{severity}}, {{status}}): {{summary}}';

/** By the value of the choice; the alert as JSON needs none. */
export const PRESETS = {
	slack: {
		label: 'Slack',
		address: 'https://hooks.slack.com/services/…',
		hint: 'The address of an incoming webhook of your Slack app.',
		template: body({ text: `*{{name}}* ({{severity}}, {{status}})\n{{summary}}\n{{url}}` })
	},
	discord: {
		label: 'Discord',
		address: 'https://discord.com/api/webhooks/…',
		hint: 'Channel settings, Integrations, Webhooks: copy the address.',
		template: body({
			content: `**{{name}}** ({{severity}}, {{status}})\n{{summary}}\n{{url}}`,
			allowed_mentions: { parse: [] }
		})
	},
	ntfy: {
		label: 'ntfy',
		address: 'https://ntfy.sh/',
		hint: 'The server alone; the topic stands in the body. A protected topic needs a header: Authorization: Bearer tk_…',
		template: body({ topic: 'my-topic', title: '{{name}}', message: '{{summary}}', click: '{{url}}' })
	},
	telegram: {
		label: 'Telegram',
		address: 'https://api.telegram.org/bot<token>/sendMessage',
		hint: 'Put your bot’s token into the address and your chat’s id into the body.',
		template: body({ chat_id: '-1000000000000', text: `${TEXT}\n{{url}}` })
	}
} satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;
export type BodyChoice = 'alert' | PresetName | 'own';

/** Which choice a stored template is; a changed one is one's own. */
export function choiceOf(template: string | null): BodyChoice {
	if (template === null) return 'alert';
	const names = Object.keys(PRESETS) as PresetName[];
	return names.find((name) => PRESETS[name].template === template) ?? 'own';
}
