// What the gate saves on a film of people who enter one at a time, and whether it misses any who enter.
import { existsSync } from 'node:fs';
import type { Detected, TrackedObject } from '#lib/contracts/detection.ts';
import { createFlowStage } from '#lib/workers/analysis.ts';
import { createModelSession } from '#lib/workers/detect/session.ts';
import { vetModel } from '#lib/workers/detect/vet.ts';
import { createDetectionStage } from '#lib/workers/detection.ts';
import { compileFlowModule } from '#lib/workers/flow/kernel.ts';
import type { Section } from '../detect.ts';
import { decodeFilm, type Film } from '../scenes/frames.ts';
import { printTable } from '../table.ts';

const MODEL = '../shared/data/models/yolox_nano_v8_640.onnx';
const FILM = '../shared/data/video/one-by-one-person-detection.mp4';
/** The product's defaults; the film has 10 frames a second. */
const ANALYSIS = { width: 640, fps: 10, gridSize: 16, winRadius: 8, threshold: 1, mode: 'fast' } as const;
const CONFIDENCE = 0.4;
/** Looks a second: every frame, as the saving is counted, and the default. */
const RATES = [10, 5];
/** Of the looks of a run that looks at every frame. */
const TARGET = { saved: 0.75 };
/** Nobody for this long, s, and the next is another entry. */
const APART_S = 1.5;
/** A visit shorter than this, s, is a flicker of the model. */
const VISIT_S = 0.5;

export const measureGating: Section = async () => {
	if (!existsSync(MODEL) || !existsSync(FILM)) return { skipped: `${MODEL} or ${FILM} is absent` };
	const film = await decodeFilm(FILM, { ...ANALYSIS, colour: true });
	const seen = await lookAtAll(film);
	const rows = [];
	for (const fps of RATES) {
		const open = await play(film, seen, fps, false);
		const gated = await play(film, seen, fps, true);
		rows.push({ fps, ...compare(open, gated) });
	}
	printTable(
		`Gating of ${film.frames.length} frames: people told by the gated run for each entry of the ungated one at the same rate`,
		[
			'looks/s',
			'looks',
			'gated',
			'saved',
			'of every frame',
			'entries',
			'missed',
			'latest, s',
			'tracks',
			'gated'
		],
		rows.map((row) => [
			row.fps,
			row.looks,
			row.gatedLooks,
			`${(100 * row.saved).toFixed(1)}%`,
			`${(100 * row.savedOfFrames).toFixed(1)}%`,
			row.entries,
			row.missed,
			row.latestS.toFixed(1),
			row.tracks,
			row.gatedTracks
		])
	);
	const met = rows.every(({ missed, savedOfFrames }) => missed === 0 && savedOfFrames >= TARGET.saved);
	return { met, targets: TARGET, rates: rows };
};

/** What the model sees on every frame. */
async function lookAtAll(film: Film): Promise<Detected[][]> {
	const verdict = await vetModel(MODEL, {});
	if (!verdict.ok) throw new Error(verdict.problem);
	const session = await createModelSession({ id: 'bench', path: MODEL, spec: verdict.spec }, 'cpu', () => {});
	const seen: Detected[][] = [];
	for (const { data } of film.frames) {
		const picture = { layout: 'yuv420p', width: film.width, height: film.height, data } as const;
		seen.push((await session.detect(picture, CONFIDENCE / 4)).detections);
	}
	await session.release();
	return seen;
}

interface Play {
	looks: number;
	frames: { t: number; people: TrackedObject[] }[];
}

/** The film through the detection stage, the model's answers at hand. */
async function play(film: Film, seen: Detected[][], fps: number, gated: boolean): Promise<Play> {
	const config = { kind: 'model', modelId: 'bench', fps, confidence: CONFIDENCE, gated } as const;
	const answers: (() => void)[] = [];
	const result: Play = { looks: 0, frames: [] };
	let current = 0;
	const stage = createDetectionStage(config, {
		send({ requestId }) {
			result.looks++;
			const answer = { detections: seen[current]!, runMs: 0, totalMs: 0 };
			answers.push(() => stage.answer({ type: 'infer-result', requestId, result: answer }));
		},
		complain: (text) => console.error(text)
	});
	const analyse = createFlowStage(ANALYSIS, await compileFlowModule(), (text) => console.error(text));
	film.frames.forEach(({ t, data }, index) => {
		current = index;
		const frame = { capturedAt: Math.round(t * 1000), width: film.width, height: film.height, data };
		const analysed = analyse(frame);
		if (!analysed) return;
		stage.frame({ ...frame, field: analysed.field }, (objects) =>
			result.frames.push({ t, people: objects.filter(({ label }) => label === 'person') })
		);
		for (const answer of answers.splice(0)) answer();
	});
	stage.close();
	return result;
}

/** The times between which somebody is told. */
function visits({ frames }: Play): { from: number; to: number }[] {
	const all: { from: number; to: number }[] = [];
	for (const { t, people } of frames) {
		if (people.length === 0) continue;
		const last = all.at(-1);
		if (last && t - last.to <= APART_S) last.to = t;
		else all.push({ from: t, to: t });
	}
	return all.filter(({ from, to }) => to - from >= VISIT_S);
}

function compare(open: Play, gated: Play) {
	const entries = visits(open);
	const delays = entries.map(({ from, to }) => {
		const first = gated.frames.find(({ t, people }) => t >= from && t <= to && people.length > 0);
		return first ? first.t - from : null;
	});
	const tracksOf = ({ frames }: Play) =>
		new Set(frames.flatMap(({ people }) => people.map(({ trackId }) => trackId))).size;
	return {
		looks: open.looks,
		gatedLooks: gated.looks,
		saved: 1 - gated.looks / open.looks,
		savedOfFrames: 1 - gated.looks / open.frames.length,
		entries: entries.length,
		missed: delays.filter((delay) => delay === null).length,
		latestS: Math.max(0, ...delays.map((delay) => delay ?? 0)),
		tracks: tracksOf(open),
		gatedTracks: tracksOf(gated)
	};
}
