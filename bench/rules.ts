// `npm run bench:rules`: the three demo scenes for ten minutes each; every scripted breach must alert once, and nothing else may.
import { sceneWatch } from '../scenes/watch.ts';
import { SCENES } from '../scenes/truth.ts';
import { assess, assessLasting, type Assessment } from './rules/breaches.ts';
import { LOITERING, personModel } from './rules/loitering.ts';
import { replay } from './rules/replay.ts';
import { printJson, printTable } from './table.ts';

const MINUTES = Number(process.argv[2] ?? 10);
const SECONDS = MINUTES * 60;

const results: (Assessment & { scene: string })[] = [];
for (const scene of SCENES) {
	const firings = await replay({ scene, watch: sceneWatch[scene], seconds: SECONDS });
	results.push({ scene, ...assess(scene, firings, SECONDS) });
}
const look = await personModel();
if (look) {
	const firings = await replay({ scene: 'concourse', watch: LOITERING, seconds: SECONDS, look });
	results.push({ scene: 'concourse, loiterer (model)', ...assessLasting(firings) });
} else
	console.log('Left out: the loiterer of the concourse, who needs a model (../shared/data is not there).');

printTable(
	`Scripted breaches over ${MINUTES} minutes of each scene`,
	['scene', 'breaches', 'alerted once', 'missed', 'doubled', 'other alerts'],
	results.map(({ scene, breaches, once, missed, doubled, others }) => [
		scene,
		breaches,
		once,
		missed,
		doubled,
		others.length
	])
);
for (const { scene, others } of results)
	for (const { rule, fromS, toS } of others)
		console.log(`${scene}: ${rule} at ${fromS.toFixed(1)} s until ${toS?.toFixed(1) ?? 'the end'}`);
printJson({ bench: 'rules', minutes: MINUTES, scenes: results });
