// npm run bench:detect: what looking at a picture costs beyond the model itself, and what gating saves.
//
// Prints a table a section and then one line of JSON. Each section answers the same question every time: is its figure met?
import { measureGating } from './detect/gating.ts';
import { measurePixels } from './detect/pixels.ts';
import { printJson } from './table.ts';

/** One part of the bench: prints its table and answers its figures, or why it was left out. */
export type Section = () => Promise<{ met: boolean; [figure: string]: unknown } | { skipped: string }>;

const SECTIONS: Record<string, Section> = {
	pixels: measurePixels,
	gating: measureGating
};

const answers = Object.fromEntries(await runAll());
const met = Object.values(answers).every((answer) => 'met' in answer && answer.met);
printJson({ bench: 'detect', met, ...answers });

/** One after another: side by side they would time each other. */
async function runAll() {
	const entries: [string, Awaited<ReturnType<Section>>][] = [];
	for (const [name, section] of Object.entries(SECTIONS)) {
		const answer = await section();
		if ('skipped' in answer) console.log(`\n${name}: skipped, ${answer.skipped}`);
		entries.push([name, answer]);
	}
	return entries;
}
