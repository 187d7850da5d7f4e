// Messages set aside, through their routes: who may look, who may act, and what is refused.
import type { RequestEvent } from '@sveltejs/kit';
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Role } from '#lib/contracts/account.ts';
import type { ParkedMessage } from '#lib/contracts/event.ts';
import type { Services } from '#lib/server/app/services.ts';
import { parkedMessages } from '#lib/server/db/schema/delivery.ts';
import { startTestDatabase, type TestDatabase } from '#lib/server/db/testing.ts';
import { createMessages } from '#lib/server/messages/index.ts';
import * as all from './parked/+server.ts';
import * as one from './parked/[id]/+server.ts';
import * as retry from './parked/[id]/retry/+server.ts';

let database: TestDatabase;
let activated: string[];

beforeAll(async () => {
	database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
	await database.reset();
	activated = [];
});

type Route = (event: RequestEvent) => Promise<Response>;

function ask(route: Route, { role = 'admin' as Role | null, id = 'none', query = '' } = {}) {
	const log = pino({ level: 'silent' });
	const messages = createMessages({
		...{ db: database.db, journal: null, log, deliver: async () => 'done' },
		commands: {
			setActive: async (streamId) => void activated.push(streamId),
			retryNow: async () => {},
			shutdownScenario: async () => {}
		}
	});
	const url = new URL(`http://localhost/api/v1/messages/parked${query}`);
	const identity = role && { userId: 'u', email: 'u@x.y', name: 'U', role, via: 'session' as const };
	const services = { log, messages } as Partial<Services> as Services;
	const locals = { services, identity, requestId: 'r' };
	return route({ request: new Request(url), url, params: { id }, locals } as unknown as RequestEvent);
}

async function parked(payload: string): Promise<string> {
	const [row] = await database.db
		.insert(parkedMessages)
		.values({ consumer: 'commands', subject: 'stream', payload, reason: 'There is no stream.', attempts: 1 })
		.returning();
	return row!.id;
}

it.each<[string, Route, Role]>([
	['list', all.GET, 'operator'],
	['remove', one.DELETE, 'admin'],
	['retry', retry.POST, 'admin']
])('who may %s', async (_, route, least) => {
	const order: (Role | null)[] = [null, 'viewer', 'operator', 'admin'];
	for (const role of order) {
		const { status } = await ask(route, { role });
		if (order.indexOf(role) < order.indexOf(least)) expect(status).toBe(role === null ? 401 : 403);
		else expect([200, 404]).toContain(status);
	}
});

it('are listed newest first, as many as asked for', async () => {
	for (const payload of ['a', 'b', 'c']) {
		await parked(payload);
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
	const answer = await ask(all.GET, { role: 'operator', query: '?limit=2' });
	const listed = (await answer.json()) as ParkedMessage[];
	expect(listed.map(({ payload }) => payload)).toEqual(['c', 'b']);
	expect((await ask(all.GET, { query: '?limit=0' })).status).toBe(400);
});

it('take effect once when they are tried again, and stay where they cannot', async () => {
	const stream_id = randomUUID();
	const command = JSON.stringify({ id: randomUUID(), command: 'stream.activate', stream_id });
	const [good, again, poison] = [await parked(command), await parked(command), await parked('poison')];
	for (const id of [good, again]) expect((await ask(retry.POST, { id })).status).toBe(204);
	expect(activated).toEqual([stream_id]);
	expect((await ask(retry.POST, { id: poison })).status).toBe(409);
	expect((await ask(retry.POST, { id: good })).status).toBe(404);
	expect((await ask(one.DELETE, { id: poison })).status).toBe(204);
	expect((await ask(one.DELETE, { id: poison })).status).toBe(404);
	expect((await (await ask(all.GET)).json()) as unknown).toEqual([]);
});
