// E-mail over SMTP: a sentence and a link, as text and as simple HTML, with the picture where there is one.
import { isIP, type Socket } from 'node:net';
import { createTransport } from 'nodemailer';
import type { ChannelConfigs } from '#lib/contracts/channel.ts';
import { oneLine } from './http.ts';
import { openSocket, type Reach } from './reach.ts';
import { DeliveryError, type Message, type Sender } from './sender.ts';
import { failureOf } from './words.ts';

type Config = ChannelConfigs['email'];

/** The picture of an alert; null where there is none. */
export type Snapshot = (alertId: string) => Promise<Uint8Array | null>;

const WITHIN_MS = 10_000;

export function createEmailSender(config: Config, reach: Reach, snapshot: Snapshot): Sender {
	const where = `${config.host}:${config.port}`;
	return {
		async send(message, signal) {
			const picture = await pictureOf(config, message, snapshot);
			// Connected here, not by the mailer: the address has been judged, and stays the one that was judged.
			const socket = await openSocket({ ...config, tls: config.security === 'tls' }, reach, signal);
			try {
				const info = await transportOver(socket, config).sendMail(mail(config, message, picture));
				return { answer: oneLine(info.response) };
			} catch (error) {
				throw signal.aborted ? signal.reason : worded(error, where);
			} finally {
				socket.destroy();
			}
		}
	};
}

function transportOver(socket: Socket, { host, port, security, username, password }: Config) {
	return createTransport({
		host,
		port,
		connection: socket,
		secure: security === 'tls',
		// The socket already speaks TLS then: it must not begin a second time.
		secured: security === 'tls',
		requireTLS: security === 'starttls',
		ignoreTLS: security !== 'starttls',
		...(isIP(host) ? {} : { tls: { servername: host } }),
		...(username === null ? {} : { auth: { user: username, pass: password ?? '' } }),
		connectionTimeout: WITHIN_MS,
		greetingTimeout: WITHIN_MS,
		socketTimeout: WITHIN_MS,
		disableFileAccess: true,
		disableUrlAccess: true
	});
}

function mail(config: Config, message: Message, picture: Uint8Array | null) {
	const name = `alert-${message.alert.id}.jpg`;
	return {
		from: config.from,
		to: config.to,
		subject: subjectOf(message),
		// The same for every attempt: mail servers and readers drop what they have seen.
		messageId: `<${message.id}@vector-flow>`,
		headers: { 'X-VectorFlow-Event': message.event, 'Auto-Submitted': 'auto-generated' },
		text: textOf(message),
		html: htmlOf(message, picture === null ? null : 'snapshot'),
		attachments:
			picture === null
				? []
				: [{ filename: name, content: Buffer.from(picture), cid: 'snapshot', contentType: 'image/jpeg' }]
	};
}

async function pictureOf(config: Config, { alert }: Message, snapshot: Snapshot): Promise<Uint8Array | null> {
	// A picture that cannot be read keeps no mail back.
	return config.attach_snapshot ? snapshot(alert.id).catch(() => null) : null;
}

function subjectOf({ alert, event }: Message): string {
	const word = { 'alert.firing': alert.severity, 'alert.resolved': 'resolved', test: 'test' }[event];
	const where = alert.stream_name === null ? '' : `, ${alert.stream_name}`;
	return oneLine(`[${word}] ${alert.name}${where}`).slice(0, 200);
}

function factsOf({ alert, url }: Message): [string, string][] {
	const facts: [string, string | null][] = [
		['Camera', alert.stream_name],
		['Zone', alert.zone_name],
		['Severity', alert.severity],
		['Began', alert.starts_at],
		['Ended', alert.ends_at],
		['Open it', url]
	];
	return facts.filter((fact): fact is [string, string] => fact[1] !== null);
}

function textOf(message: Message): string {
	const facts = factsOf(message).map(([label, value]) => `${label}: ${oneLine(value)}`);
	return [message.alert.summary, '', ...facts, ''].join('\n');
}

function htmlOf(message: Message, picture: string | null): string {
	const rows = factsOf(message).map(
		([label, value]) =>
			`<tr><td style="padding:2px 12px 2px 0;color:#666">${label}</td><td>${value === message.url ? link(value) : escapeHtml(value)}</td></tr>`
	);
	const image = picture === null ? '' : `<p><img src="cid:${picture}" alt="" style="max-width:640px"></p>`;
	return `<p>${escapeHtml(message.alert.summary)}</p>${image}<table>${rows.join('')}</table>`;
}

const link = (url: string) => `<a href="${escapeHtml(url)}">${escapeHtml(url)}</a>`;

function escapeHtml(text: string): string {
	return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** 5xx is for good, 4xx for now (RFC 5321); what carries no reply is a connection that failed. */
function worded(error: unknown, where: string): DeliveryError {
	const { responseCode, response, code } = error as {
		responseCode?: number;
		response?: string;
		code?: string;
	};
	const said = response ? ` It said: ${oneLine(response)}` : '';
	if (code === 'EAUTH')
		return new DeliveryError(
			'permanent',
			`${where} does not take user and password. Check both in the channel.${said}`,
			{
				cause: error
			}
		);
	if (code === 'ETLS' && !responseCode)
		return new DeliveryError(
			'permanent',
			`${where} could not agree on TLS (${error instanceof Error ? oneLine(error.message) : 'unknown'}). Choose another security, or start this server with NODE_EXTRA_CA_CERTS naming its authority.`,
			{ cause: error }
		);
	if (responseCode !== undefined)
		return new DeliveryError(
			responseCode >= 500 ? 'permanent' : responseCode === 421 ? 'unreachable' : 'refused',
			`${where} refused the mail with ${responseCode}. Check sender and recipients.${said}`,
			{ cause: error }
		);
	return failureOf(error, where);
}
