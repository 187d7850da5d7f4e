// npm run bench:scenes: how well what moves is found and followed on the demo scenes, and what is told where nothing moves.
//
// Prints the protocol, the tables, and then one line of JSON. Films of ../shared/data that are absent are left out.
import { existsSync } from 'node:fs';
import { SCENES } from '../scenes/truth.ts';
import { PROTOCOL_TEXT } from './scenes/targets.ts';
import { alarmsOf, falseAlarms, QUIET, type QuietFilm } from './scenes/quiet.ts';
import { playFilm } from './scenes/play.ts';
import { scoreScene, type SceneScore } from './scenes/score.ts';
import { printJson, printTable } from './table.ts';

/** On scenes whose things stand apart; in the concourse's crowd, regions of motion are told. */
const JUDGED = ['junction', 'yard'];
const TARGETS = { ap50: 0.8, trackerIdf1: 0.85, falseAlarms: 0 };
const ROUNDS = 2;

const scores: SceneScore[] = [];
for (const scene of SCENES) scores.push(await scoreScene(scene, { rounds: ROUNDS }));
const quiet: Awaited<ReturnType<typeof watchQuiet>>[] = [];
for (const film of QUIET.filter(({ path }) => existsSync(path))) quiet.push(await watchQuiet(film));
report();

async function watchQuiet({ name, path, moves, what }: QuietFilm) {
	const alarms = alarmsOf(await playFilm(path));
	return { name, what, alarms: alarms.length, wrong: falseAlarms(alarms, moves) };
}

function report(): void {
	console.log(PROTOCOL_TEXT);
	printTable(
		`Boxes of what moves, intersection over union of a half; the loop is played ${ROUNDS} times, from a cold start`,
		['scene', 'AP50 first loop', 'AP50 last', 'precision', 'recall', 'AP33', 'targets', 'ms', 'p95 ms'],
		scores.map(({ scene, first, last, loose, medianMs, p95Ms }) => [
			JUDGED.includes(scene) ? scene : `${scene} (regions)`,
			...[first.ap, last.ap, last.precision, last.recall, loose.ap].map((figure) => figure.toFixed(3)),
			last.targets,
			medianMs.toFixed(2),
			p95Ms.toFixed(2)
		])
	);
	printTable(
		'Identities in the last loop: of what is told, and of the tracker alone on true boxes with jitter, gaps and false ones',
		['scene', 'IDF1', 'precision', 'recall', 'switches', 'things', 'tracks', 'alone: IDF1', 'switches'],
		scores.map(({ scene, identity, trackerAlone }) => [
			scene,
			...[identity.idf1, identity.idPrecision, identity.idRecall].map((figure) => figure.toFixed(3)),
			identity.switches,
			identity.things,
			identity.tracks,
			trackerAlone.idf1.toFixed(3),
			trackerAlone.switches.toFixed(1)
		])
	);
	printTable(
		'Where nothing moves: things told that began then',
		['film', 'told in all', 'false', 'at'],
		quiet.map(({ name, alarms, wrong }) => [
			name,
			alarms,
			wrong.length,
			wrong.map(({ from, to }) => `${from.toFixed(1)}–${to.toFixed(1)} s`).join(', ') || '–'
		])
	);
	const judged = scores.filter(({ scene }) => JUDGED.includes(scene));
	const figures = {
		ap50: Math.min(...judged.map(({ last }) => last.ap)),
		idf1: Math.min(...judged.map(({ identity }) => identity.idf1)),
		trackerIdf1: Math.min(...scores.map(({ trackerAlone }) => trackerAlone.idf1)),
		falseAlarms: quiet.reduce((sum, { wrong }) => sum + wrong.length, 0)
	};
	const met =
		figures.ap50 >= TARGETS.ap50 &&
		figures.trackerIdf1 >= TARGETS.trackerIdf1 &&
		figures.falseAlarms <= TARGETS.falseAlarms;
	printJson({ bench: 'scenes', met, targets: TARGETS, figures, scores, quiet });
}
