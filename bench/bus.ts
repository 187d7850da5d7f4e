// npm run bench:bus: what a watched stream costs in CPU when its pictures cross NATS to another instance, against the same in one process;
// and what crosses while nobody watches: nothing. The limit holds for the whole path of a stream, from its camera to the encoder of a
// viewer's events, as an operator pays for it; the bus and the fan-out alone are told beside it, with frames made for nothing.
import { fileURLToPath } from 'node:url';
import { startNats } from '#lib/server/bus/testing/nats-server.ts';
import type { NodePlan } from './bus/node.ts';
import { measure, type Cost } from './bus/nodes.ts';
import { median, printJson, printTable } from './table.ts';

const CLIP = fileURLToPath(new URL('../scenes/loops/junction.mp4', import.meta.url));
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const WINDOW_S = Number(process.env['BENCH_WINDOW_S'] ?? 10);
const WARMUP_S = 4;
const FPS = 6;
const LIMIT = 1.2;
/** Part of the frames that a round must have shown. */
const ENOUGH = 0.75;

/** What a frame costs: made ready in a worker thread, or out of a film by decoding it and measuring its motion. */
const PATHS = [
	{ name: 'bus and fan-out alone', frames: 'synthetic', streams: 16 },
	{ name: 'a whole stream: decoding, motion, bus, fan-out', frames: { clip: CLIP }, streams: 2 }
] as const;

const nats = await startNats({ jetstream: false });
try {
	const results = [];
	for (const { name, frames, streams } of PATHS) {
		const rounds: Round[] = [];
		for (let round = 0; rounds.length < ROUNDS && round < 2 * ROUNDS; round++) {
			// By turns, so that a machine that slows down slows down both.
			const ways = [() => together(frames, streams), () => apart(frames, streams)];
			const order = round % 2 === 0 ? ways : [...ways].reverse();
			const costs = [];
			for (const way of order) costs.push(await way());
			const [here, across] = (round % 2 === 0 ? costs : costs.reverse()) as [Cost, Cost];
			// On a machine that is busy elsewhere frames are missing, and the cost of one says nothing.
			const wanted = ENOUGH * streams * FPS * WINDOW_S;
			if (Math.min(here.shown, across.shown) < wanted) continue;
			rounds.push({ here, across, ratio: across.cpuMs / across.shown / (here.cpuMs / here.shown) });
		}
		if (rounds.length === 0) throw new Error(`${name}: this machine is too busy to measure anything`);
		results.push({ name, streams, ...summary(rounds) });
	}
	const unwatched = await measure(
		[maker('unwatched', 'synthetic', 16, nats.url)],
		WARMUP_S,
		WINDOW_S,
		nats.pid()
	);
	report(results, unwatched);
} finally {
	await nats.stop();
}

interface Round {
	here: Cost;
	across: Cost;
	ratio: number;
}

type Frames = NodePlan['frames'];

function maker(instance: string, frames: Frames, streams: number, natsUrl: string): NodePlan {
	return { instance, natsUrl, streams, fps: FPS, frames, watches: false };
}

function together(frames: Frames, streams: number): Promise<Cost> {
	const one: NodePlan = { instance: 'one', natsUrl: null, streams, fps: FPS, frames, watches: true };
	return measure([one], WARMUP_S, WINDOW_S, nats.pid());
}

function apart(frames: Frames, streams: number): Promise<Cost> {
	const web: NodePlan = { ...maker('web', null, streams, nats.url), watches: true };
	return measure([web, maker('worker', frames, streams, nats.url)], WARMUP_S, WINDOW_S, nats.pid());
}

function summary(rounds: Round[]) {
	const middle = (pick: (round: Round) => number) => median(rounds.map(pick));
	return {
		hereMs: middle(({ here }) => here.cpuMs / here.shown),
		acrossMs: middle(({ across }) => across.cpuMs / across.shown),
		natsMs: middle(({ across }) => across.natsMs / across.shown),
		shownHere: middle(({ here }) => here.shown),
		shownAcross: middle(({ across }) => across.shown),
		dropped: Math.max(...rounds.map(({ across }) => across.dropped)),
		rounds: rounds.length,
		ratio: middle(({ ratio }) => ratio),
		ratios: rounds.map(({ ratio }) => Number(ratio.toFixed(3)))
	};
}

function report(
	results: ({ name: string; streams: number } & ReturnType<typeof summary>)[],
	unwatched: Cost
): void {
	printTable(
		`CPU ms a frame shown, ${FPS} frames a second a stream, rounds of ${WINDOW_S} s by turns (medians)`,
		[
			'path',
			'streams',
			'rounds',
			'one process',
			'two over NATS',
			'ratio',
			'limit',
			'nats-server beside',
			'frames',
			'dropped'
		],
		results.map((result) => [
			result.name,
			result.streams,
			result.rounds,
			result.hereMs.toFixed(3),
			result.acrossMs.toFixed(3),
			result.ratio.toFixed(3),
			LIMIT,
			result.natsMs.toFixed(3),
			`${result.shownHere}/${result.shownAcross}`,
			result.dropped
		])
	);
	printTable(
		'Frames that nobody watches',
		['made', 'messages sent', 'bytes sent', 'limit'],
		[[unwatched.said, unwatched.sent.messages, unwatched.sent.bytes, 0]]
	);
	printJson({
		bench: 'bus',
		paths: results,
		unwatched: { made: unwatched.said, ...unwatched.sent },
		limit: LIMIT
	});
	const whole = results.at(-1);
	if (!whole || whole.ratio > LIMIT || unwatched.sent.messages > 0 || unwatched.said === 0)
		process.exitCode = 1;
}
