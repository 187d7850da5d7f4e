// One blow after another: strike whoever runs a watched stream, time until another instance's frames come, mend, wait for calm.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Trespass } from './audit.ts';
import type { Instance } from './instances.ts';
import { calm, holders, type Scene } from './scene.ts';

export const BLOWS = ['kill', 'stop', 'cut', 'term'] as const;
export type Blow = (typeof BLOWS)[number];

export interface Round {
	/** Streams that the struck instance ran. */
	streams: number;
	/** Seconds from the blow until another held the last of them; Infinity: not in time. */
	leaseS: number;
	/** Seconds from the blow until the viewer saw another's frame of the last of them. */
	frameS: number;
	/** Seconds from its return until it ran no more than it holds; null where it does not return by itself, Infinity: not in time. */
	backS: number | null;
	/** What was written under another's lease. */
	trespasses: Trespass[];
}

const FRAMES_WITHIN_MS = 60_000;
const BACK_WITHIN_MS = 30_000;

export async function round(scene: Scene, blow: Blow, number: number): Promise<Round> {
	await calm(scene);
	const held = await holders(scene);
	const watched = scene.streams[number % scene.streams.length] as string;
	const victim = scene.workers.find(({ id }) => id === held.get(watched));
	if (!victim) throw new Error(`nobody holds ${watched}, which is watched`);
	const mine = scene.streams.filter((id) => held.get(id) === victim.id);

	const struckAt = Date.now();
	const from = performance.now();
	const frames = mine.map((id) => scene.watcher.frameFromAnother(id, victim.id, struckAt, FRAMES_WITHIN_MS));
	const [moved] = await Promise.all([lastMoved(scene, victim.id, mine), strike(victim, blow)]);
	const seen = await Promise.all(frames);
	const frameS = Math.max(...seen.map((frame) => (frame ? (frame.at - from) / 1000 : Infinity)));
	const backS = await mend(scene, victim, blow);
	return {
		streams: mine.length,
		leaseS: (moved - from) / 1000,
		frameS,
		backS,
		trespasses: await scene.audit.trespasses()
	};
}

async function strike(victim: Instance, blow: Blow): Promise<void> {
	switch (blow) {
		case 'kill':
			return victim.signal('SIGKILL');
		case 'stop':
			return victim.signal('SIGSTOP');
		case 'term':
			return victim.signal('SIGTERM');
		case 'cut':
			return victim.site?.cut();
	}
}

/** When (`performance.now()` ms) the last of the streams was held by another; Infinity: not in time. */
async function lastMoved({ sql }: Scene, than: string, streams: string[]): Promise<number> {
	const deadline = performance.now() + FRAMES_WITHIN_MS;
	while (performance.now() < deadline) {
		const [{ moved } = { moved: 0 }] = await sql<{ moved: number }[]>`
			select count(*)::int as moved from leases
			where instance <> ${than} and expires_at > now() and stream_id in ${sql(streams)}`;
		if (moved === streams.length) return performance.now();
		await sleep(20);
	}
	return Infinity;
}

/** Brings the struck one back, and watches that it drops what it lost. */
async function mend(scene: Scene, victim: Instance, blow: Blow): Promise<number | null> {
	if (blow === 'kill' || blow === 'term') {
		await victim.gone();
		await victim.start();
		return null;
	}
	if (blow === 'stop') victim.signal('SIGCONT');
	else victim.site?.restore();
	const returned = performance.now();
	while (performance.now() < returned + BACK_WITHIN_MS) {
		const held = [...(await holders(scene)).values()].filter((holder) => holder === victim.id).length;
		if (victim.decoders() <= held) {
			const backS = (performance.now() - returned) / 1000;
			// What it may still try to write, it tries within this.
			await sleep(3000);
			return backS;
		}
		await sleep(50);
	}
	return Infinity;
}
