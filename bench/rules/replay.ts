// A demo scene played through flow, detection, tracking and rules as a worker does it, as fast as it goes.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { RuleState } from '#lib/contracts/alert.ts';
import { ruleRecord, type Rule } from '#lib/contracts/rule.ts';
import type { Zone } from '#lib/contracts/zone.ts';
import { createFlowStage } from '#lib/workers/analysis.ts';
import { createDetectionStage } from '#lib/workers/detection.ts';
import { compileFlowModule } from '#lib/workers/flow/kernel.ts';
import { createWatching } from '#lib/workers/watching.ts';
import { loadTruth, type SceneName } from '../../scenes/truth.ts';
import { sceneWatch } from '../../scenes/watch.ts';

/** The product's defaults. */
const ANALYSIS = { width: 640, fps: 10, gridSize: 16, winRadius: 8, threshold: 1, mode: 'fast' } as const;
const HEIGHT = 360;
const FRAME = ANALYSIS.width * HEIGHT;
const DETECTION = { kind: 'moving', fps: 5, confidence: 0.4 } as const;

export interface Firing {
	rule: string;
	/** Seconds since the replay began. */
	fromS: number;
	toS: number | null;
	peak: number | null;
}

/** Every firing of the scene's rules while it plays for so long, over and over as the camera does. */
export async function replay(scene: SceneName, seconds: number): Promise<Firing[]> {
	const { video } = await loadTruth(scene);
	const frames = await decode(video);
	const { zones, rules } = watchOf(scene);
	const firings: Firing[] = [];
	const names = new Map(rules.map((rule) => [rule.id, rule.name]));
	const begin = Date.parse('2026-01-05T12:00:00Z');

	const analyse = createFlowStage(ANALYSIS, await compileFlowModule(), fail);
	const detection = createDetectionStage(DETECTION, {
		send: () => fail('asked for a model'),
		complain: fail
	});
	const watching = createWatching('scene', { zones, rules }, { rule: (state) => note(state) });

	function note({ ruleId, state, at, peak }: RuleState): void {
		const rule = names.get(ruleId) ?? ruleId;
		const open = firings.find((firing) => firing.rule === rule && firing.toS === null);
		const atS = (at - begin) / 1000;
		if (state === 'firing' && !open) firings.push({ rule, fromS: atS, toS: null, peak });
		if (state === 'clear' && open) Object.assign(open, { toS: atS, peak });
	}

	for (let i = 0; i < seconds * ANALYSIS.fps; i++) {
		const data = frames[i % frames.length]!;
		const capturedAt = begin + (i * 1000) / ANALYSIS.fps;
		const size = { width: ANALYSIS.width, height: HEIGHT };
		const analysed = analyse({ capturedAt, data, ...size });
		if (!analysed) throw new Error('a frame could not be analysed');
		const { field, ...kept } = analysed;
		detection.frame({ capturedAt, data, ...size, field }, (objects) =>
			watching.frame({ ...kept, gridSize: ANALYSIS.gridSize, objects })
		);
	}
	return firings;
}

function fail(text: string): never {
	throw new Error(text);
}

/** The scene's zones and rules as a worker is given them. */
function watchOf(scene: SceneName): { zones: Zone[]; rules: Rule[] } {
	const zones = sceneWatch[scene].zones.map((zone) => ({ id: randomUUID(), ...zone }));
	const now = new Date().toISOString();
	const rules = sceneWatch[scene].rules.map(({ zone, ...rule }) =>
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

/** One loop as gray frames, at the rate and size the product analyses. */
async function decode(video: string): Promise<Uint8Array[]> {
	const filter = `fps=${ANALYSIS.fps},scale=${ANALYSIS.width}:${HEIGHT}:flags=area:in_range=pc:out_range=pc,format=gray`;
	const ffmpeg = spawn('ffmpeg', ['-v', 'error', '-i', video, '-vf', filter, '-f', 'rawvideo', 'pipe:1'], {
		stdio: ['ignore', 'pipe', 'inherit']
	});
	const bytes = Buffer.concat(await ffmpeg.stdout.toArray());
	return Array.from({ length: Math.floor(bytes.length / FRAME) }, (_, i) =>
		bytes.subarray(i * FRAME, (i + 1) * FRAME)
	);
}
