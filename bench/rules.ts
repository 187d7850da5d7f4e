// `npm run bench:rules`: the three demo scenes for ten minutes each; every scripted breach must alert once, and nothing else may.
import type { SceneName } from '../scenes/truth.ts';
import { SCENES } from '../scenes/truth.ts';
import { assess } from './rules/breaches.ts';
import { replay } from './rules/replay.ts';
import { printJson, printTable } from './table.ts';

const MINUTES = Number(process.argv[2] ?? 10);

const results: (ReturnType<typeof assess> & { scene: SceneName; seconds: number })[] = [];
for (const scene of SCENES) {
	const started = performance.now();
	const firings = await replay(scene, MINUTES * 60);
	results.push({
		scene,
		...assess(scene, firings, MINUTES * 60),
		seconds: (performance.now() - started) / 1000
	});
}

printTable(
	`Scripted breaches over ${MINUTES} minutes of each scene, moving objects without a model`,
	['scene', 'breaches', 'alerted once', 'missed', 'doubled', 'other alerts', 'time taken'],
	results.map(({ scene, breaches, once, missed, doubled, others, seconds }) => [
		scene,
		breaches,
		once,
		missed,
		doubled,
		others.length,
		`${seconds.toFixed(0)} s`
	])
);
for (const { scene, others } of results)
	for (const { rule, fromS, toS } of others)
		console.log(`${scene}: ${rule} at ${fromS.toFixed(1)} s until ${toS?.toFixed(1) ?? 'the end'}`);
printJson({ bench: 'rules', minutes: MINUTES, scenes: results.map(({ seconds: _, ...rest }) => rest) });
