// A demo scene played through flow, detection, tracking and rules as a worker does it, as fast as it goes.
import { randomUUID } from 'node:crypto';
import type { RuleState } from '#lib/contracts/alert.ts';
import type { Detected } from '#lib/contracts/detection.ts';
import type { DetectionConfig } from '#lib/contracts/model.ts';
import { ruleRecord, type Rule } from '#lib/contracts/rule.ts';
import type { Zone } from '#lib/contracts/zone.ts';
import { createFlowStage } from '#lib/workers/analysis.ts';
import { createDetectionStage } from '#lib/workers/detection.ts';
import { compileFlowModule } from '#lib/workers/flow/kernel.ts';
import { createWatching } from '#lib/workers/watching.ts';
import { loadTruth, type SceneName } from '../../scenes/truth.ts';
import type { SceneWatch } from '../../scenes/watch.ts';
import { decodeFilm, type FilmFrame } from '../scenes/frames.ts';

/** The product's defaults. */
const ANALYSIS = { width: 640, fps: 10, gridSize: 16, winRadius: 8, threshold: 1, mode: 'fast' } as const;
const MOVING: DetectionConfig = { kind: 'moving', fps: 5, confidence: 0.4 };
const MODEL: DetectionConfig = { kind: 'model', modelId: 'bench', fps: 5, confidence: 0.4, gated: true };

export interface Firing {
	rule: string;
	/** Seconds since the replay began. */
	fromS: number;
	toS: number | null;
	peak: number | null;
}

/** What a model sees on a yuv420p picture of the analysed size. */
export type Look = (data: Uint8Array, width: number, height: number) => Promise<Detected[]>;

export interface Replay {
	scene: SceneName;
	watch: SceneWatch;
	seconds: number;
	/** Asked for each frame of one loop beforehand; moving objects are looked for without it. */
	look?: Look;
}

/** Every firing of the rules while the scene plays for so long, over and over as the camera does. */
export async function replay({ scene, watch, seconds, look }: Replay): Promise<Firing[]> {
	const { video, meta } = await loadTruth(scene);
	const { frames, width, height } = await decodeFilm(video, { ...ANALYSIS, colour: true });
	const loopS = meta.frames / meta.fps;
	const seen = look ? await lookAtAll(frames, (data) => look(data, width, height)) : [];
	const { zones, rules } = planted(watch);
	const record = recorder(rules);
	const answers: (() => void)[] = [];
	let index = 0;

	const analyse = createFlowStage(ANALYSIS, await compileFlowModule(), fail);
	const detection = createDetectionStage(look ? MODEL : MOVING, {
		// Answered once the frame has been taken in, as an answer from another thread would be.
		send({ requestId }) {
			const detections = seen[index % frames.length] ?? [];
			const result = { detections, runMs: 0, totalMs: 0 };
			answers.push(() => detection.answer({ type: 'infer-result', requestId, result }));
		},
		complain: fail
	});
	const watching = createWatching('scene', { zones, rules }, { rule: record.note });

	for (index = 0; ; index++) {
		const { t, data } = frames[index % frames.length]!;
		const atS = Math.floor(index / frames.length) * loopS + t;
		if (atS >= seconds) break;
		const frame = { capturedAt: record.begin + Math.round(atS * 1000), data, width, height };
		const analysed = analyse(frame);
		if (!analysed) throw new Error('a frame could not be analysed');
		const { field, ...kept } = analysed;
		detection.frame({ ...frame, field }, (objects) =>
			watching.frame({ ...kept, gridSize: ANALYSIS.gridSize, objects })
		);
		for (const answer of answers.splice(0)) answer();
	}
	detection.close();
	return record.firings;
}

/** Turns what rules say into firings with a begin and an end. */
function recorder(rules: readonly Rule[]) {
	const begin = Date.parse('2026-01-05T12:00:00Z');
	const names = new Map(rules.map(({ id, name }) => [id, name]));
	const firings: Firing[] = [];
	return {
		begin,
		firings,
		note({ ruleId, state, at, peak }: Omit<RuleState, 'streamId'>): void {
			const rule = names.get(ruleId) ?? ruleId;
			const open = firings.find((firing) => firing.rule === rule && firing.toS === null);
			const atS = (at - begin) / 1000;
			if (state === 'firing' && !open) firings.push({ rule, fromS: atS, toS: null, peak });
			if (state === 'clear' && open) Object.assign(open, { toS: atS, peak });
		}
	};
}

async function lookAtAll(
	frames: readonly FilmFrame[],
	look: (data: Uint8Array) => Promise<Detected[]>
): Promise<Detected[][]> {
	const seen: Detected[][] = [];
	for (const { data } of frames) seen.push(await look(data));
	return seen;
}

function fail(text: string): never {
	throw new Error(text);
}

/** Zones and rules as a worker is given them. */
function planted(watch: SceneWatch): { zones: Zone[]; rules: Rule[] } {
	const zones = watch.zones.map((zone) => ({ id: randomUUID(), ...zone }));
	const now = new Date().toISOString();
	const rules = watch.rules.map(({ zone, ...rule }) =>
		ruleRecord.parse({
			...rule,
			id: randomUUID(),
			stream_id: randomUUID(),
			zone_id: zones.find(({ name }) => name === zone)?.id ?? null,
			enabled: true,
			schedule: null,
			clip: false,
			channel_ids: [],
			problem: null,
			created_at: now,
			updated_at: now
		})
	);
	return { zones, rules };
}
