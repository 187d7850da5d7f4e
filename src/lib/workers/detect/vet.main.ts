// node vet.main.ts <file> <overrides as JSON>: tells on one line of JSON whether the file is a model we can use.
//
// A process of its own: whoever starts it sets its memory and time, and takes its death for a no.
import { modelOverrides } from '#lib/contracts/model.ts';
import { vetModel } from './vet.ts';

const [file, overrides = '{}'] = process.argv.slice(2);
if (!file) {
	console.error('usage: node vet.main.ts <file> [overrides as JSON]');
	process.exit(2);
}
console.log(JSON.stringify(await vetModel(file, modelOverrides.parse(JSON.parse(overrides)))));
