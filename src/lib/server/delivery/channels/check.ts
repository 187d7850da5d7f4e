// What a channel's schema cannot say: templates that fit, headers that may be sent, addresses that may be reached.
import { validateHeaderValue } from 'node:http';
import { AppError } from '../../base/errors.ts';
import type { Target } from '../senders/index.ts';
import type { Reach } from '../senders/reach.ts';
import { DeliveryError } from '../senders/sender.ts';
import { isJson, knownFields, renderJson, unknownField } from '../senders/template.ts';
import { testMessage } from '../message.ts';

/** Headers that belong to the connection or to the delivery. */
const RESERVED = new Set([
	'host',
	'connection',
	'content-length',
	'transfer-encoding',
	'keep-alive',
	'upgrade',
	'te',
	'trailer',
	'expect',
	'idempotency-key',
	'x-vectorflow-signature',
	'x-vectorflow-event'
]);

/** Throws `invalid_input` naming the field. Names are not looked up: they are judged at every connection. */
export function checkTarget(target: Target, reach: Reach): void {
	if ('url' in target.config) requireLogin(new URL(target.config.url));
	switch (target.type) {
		case 'webhook':
			requireReachable(new URL(target.config.url).hostname, 'config.url', reach);
			requireHeaders(target.config.headers);
			if (target.config.template !== null)
				requireTemplate(target.config.template, contentTypeOf(target.config.headers));
			return;
		case 'mqtt':
			requireReachable(new URL(target.config.url).hostname, 'config.url', reach);
			requireFields(target.config.topic, 'config.topic');
			if (/[+#]/.test(target.config.topic))
				throw bad('config.topic', 'A message is published to one topic: + and # cannot stand in it.');
			return;
		case 'hikvision':
			requireReachable(new URL(target.config.url).hostname, 'config.url', reach);
			return;
		case 'tcp':
		case 'email':
			requireReachable(target.config.host, 'config.host', reach);
			return;
	}
}

function requireReachable(host: string, path: string, reach: Reach): void {
	try {
		reach.requireLiteral(host);
	} catch (error) {
		if (!(error instanceof DeliveryError)) throw error;
		throw bad(path, error.message);
	}
}

function requireLogin({ username, password }: URL): void {
	try {
		decodeURIComponent(username + password);
	} catch {
		throw bad('config.url', 'Its user or password holds a bare %. Write it as %25.');
	}
}

function requireHeaders(headers: Record<string, string>): void {
	for (const [name, value] of Object.entries(headers)) {
		const path = `config.headers.${name}`;
		if (RESERVED.has(name.toLowerCase()))
			throw bad(path, `${name} is set by the server itself. Leave it out.`);
		try {
			validateHeaderValue(name, value);
		} catch {
			throw bad(path, `The value of ${name} holds characters that a header cannot carry. Use plain letters.`);
		}
	}
}

function requireTemplate(template: string, contentType: string | undefined): void {
	requireFields(template, 'config.template');
	if (!isJson(template, contentType)) return;
	try {
		JSON.parse(renderJson(template, testMessage('template', 'http://localhost')));
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		throw bad('config.template', `With its fields filled in this is no JSON: ${why}.`);
	}
}

function requireFields(template: string, path: string): void {
	const unknown = unknownField(template);
	if (unknown !== null)
		throw bad(path, `There is no field {{${unknown}}}. There are: ${knownFields().join(', ')}.`);
}

function contentTypeOf(headers: Record<string, string>): string | undefined {
	return Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
}

function bad(path: string, message: string): AppError {
	return new AppError('invalid_input', message, { errors: [{ path, message }] });
}
