// Renders the demo scenes: `node scenes/render.ts [scene...] [--frames 0,100] [--bake 96] [--size 1280x720] [--encode]`.
import { execFileSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createGzip, constants } from 'node:zlib';
import { openChromium } from './chromium.ts';
import { servePage, type RenderSink } from './page_server.ts';
import { HEIGHT, isScene, LOOPS, MASTER, RECIPES, ROOT, SCENES, WIDTH, type SceneName } from './recipes.ts';
import { encodeLoop, MasterWriter, writePng } from './video.ts';

interface View {
	width: number;
	height: number;
	bakePasses: number;
	frames: string;
}

const masterOf = (scene: SceneName) => path.join(MASTER, `${scene}.mkv`);

function installThree(): void {
	if (existsSync(path.join(ROOT, 'node_modules', 'three'))) return;
	console.log('installing three.js for the renderer');
	execFileSync('npm', ['ci', '--ignore-scripts', '--prefix', ROOT], { stdio: 'inherit' });
}

/** Draws a scene in Chromium and hands everything the page posts to the sink. */
async function draw(
	scene: SceneName,
	{ width, height, bakePasses, frames }: View,
	sink: RenderSink
): Promise<void> {
	const page = await servePage(sink);
	const query = `scene=${scene}&width=${width}&height=${height}&bake=${bakePasses}&frames=${frames}`;
	const browser = openChromium(`${page.url}?${query}`);
	try {
		await Promise.race([page.finished, browser.failed]);
	} finally {
		browser.close();
		page.close();
	}
}

/** A gzip file that takes lines. */
function lineFile(file: string): { write(line: string): void; end(): Promise<void> } {
	const gzip = createGzip({ level: constants.Z_BEST_COMPRESSION });
	const target = gzip.pipe(createWriteStream(file));
	return {
		write: (line) => void gzip.write(`${line}\n`),
		end: async () => {
			gzip.end();
			await finished(target);
		}
	};
}

const metaText = (json: string) => `${JSON.stringify(JSON.parse(json), null, '\t')}\n`;

/** Renders all frames to the lossless master, and the truth beside the loop. */
async function renderLoop(scene: SceneName, view: View): Promise<void> {
	const master = new MasterWriter(masterOf(scene));
	const objects = lineFile(path.join(LOOPS, `${scene}.truth.jsonl.gz`));
	const flows = lineFile(path.join(LOOPS, `${scene}.flow.jsonl.gz`));
	await draw(scene, view, {
		meta: (json) => writeFile(path.join(LOOPS, `${scene}.meta.json`), metaText(json)),
		frame: (_, rgba) => master.write(rgba),
		truth: async (_, line, flow) => {
			objects.write(line);
			if (flow) flows.write(flow);
		}
	});
	await Promise.all([master.end(), objects.end(), flows.end()]);
}

/** Renders chosen frames as PNG and JSON into scenes/master/stills, to look at. */
async function renderStills(scene: SceneName, view: View): Promise<void> {
	const folder = path.join(MASTER, 'stills');
	mkdirSync(folder, { recursive: true });
	const fileOf = (index: number, kind: string) =>
		path.join(folder, `${scene}-${String(index).padStart(4, '0')}.${kind}`);
	await draw(scene, view, {
		meta: (json) => writeFile(path.join(folder, `${scene}.meta.json`), metaText(json)),
		frame: (index, rgba) => writePng(rgba, view.width, view.height, fileOf(index, 'png')),
		truth: (index, line) => writeFile(fileOf(index, 'json'), line)
	});
}

async function renderAndEncode(scene: SceneName, view: View, encodeOnly: boolean): Promise<void> {
	if (!encodeOnly) await renderLoop(scene, view);
	await encodeLoop(masterOf(scene), path.join(LOOPS, `${scene}.mp4`), RECIPES[scene].crf);
	console.log(`${scene}: encoded`);
}

async function main(): Promise<void> {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			frames: { type: 'string', default: '' },
			bake: { type: 'string' },
			size: { type: 'string', default: `${WIDTH}x${HEIGHT}` },
			encode: { type: 'boolean', default: false }
		}
	});
	const unknown = positionals.find((name) => !isScene(name));
	if (unknown) throw new Error(`no scene is called ${unknown}; there are ${SCENES.join(', ')}`);
	const chosen = positionals.length > 0 ? positionals.filter(isScene) : SCENES;
	const [width = WIDTH, height = HEIGHT] = values.size.split('x').map(Number);
	mkdirSync(MASTER, { recursive: true });
	mkdirSync(LOOPS, { recursive: true });
	installThree();
	for (const scene of chosen) {
		const bakePasses = Number(values.bake ?? RECIPES[scene].bakePasses);
		const view = { width, height, bakePasses, frames: values.frames };
		if (values.frames) await renderStills(scene, view);
		else await renderAndEncode(scene, view, values.encode);
	}
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
await main();
