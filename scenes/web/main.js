// The page's driver: builds the scene the address names, bakes it, and posts frames and truth to the render server.
import { Engine } from './engine.js';
import { Truth, identitiesAcrossSeam } from './truth.js';
import { cameraTruth } from './camera.js';

const FLOW_EVERY = 10;
const CONVENTION =
	'ENU metres; image px origin top-left; flow = px to next frame; yaw/heading degrees clockwise from north';

const query = new URLSearchParams(location.search);
const post = (path, body) => fetch(path, { method: 'POST', body });
const log = (text) => post('/log', String(text));

/** Shader compile errors reach the console only; the terminal must see them. */
function forwardConsole() {
	console.error = console.warn = (...parts) =>
		void log(`page: ${parts.map(String).join(' ').slice(0, 2500)}`);
}

function metaOf(engine, scene) {
	return {
		scene: scene.name,
		fps: scene.fps,
		frames: scene.frames,
		loop: true,
		camera: cameraTruth(scene.camera, engine.width, engine.height),
		zones: scene.zones,
		events: scene.events,
		seam: identitiesAcrossSeam(engine.actors, scene.frames),
		flowEvery: FLOW_EVERY,
		convention: CONVENTION
	};
}

async function sendFrame(engine, truth, f, single) {
	const pixels = engine.frame(f).slice();
	const flow = engine.flow();
	const lines = [truth.frame(f, flow)];
	if (single || f % FLOW_EVERY === 0) lines.push(truth.grid(f, flow));
	await post(`/frame?f=${f}`, pixels);
	await post(`/truth?f=${f}`, lines.map((line) => JSON.stringify(line)).join('\n'));
}

async function run() {
	const { default: scene } = await import(`/sets/${query.get('scene')}.js`);
	const engine = new Engine(scene, Number(query.get('width')), Number(query.get('height')));
	const started = performance.now();
	engine.bakeStatic(scene.static(), Number(query.get('bake')));
	engine.setActors(scene.actors());
	engine.finish();
	await log(`${scene.name}: baked in ${((performance.now() - started) / 1000).toFixed(1)} s`);
	const truth = new Truth(engine);
	await post('/meta', JSON.stringify(metaOf(engine, scene)));
	const chosen = query.get('frames');
	const frames = chosen ? chosen.split(',').map(Number) : Array.from({ length: scene.frames }, (_, f) => f);
	const drawing = performance.now();
	for (const [i, f] of frames.entries()) {
		await sendFrame(engine, truth, f, Boolean(chosen));
		if (i % 50 === 49) {
			const perFrame = (performance.now() - drawing) / 1000 / (i + 1);
			await log(`${scene.name}: ${i + 1} of ${frames.length} frames, ${perFrame.toFixed(2)} s a frame`);
		}
	}
}

forwardConsole();
try {
	await run();
	await post('/done');
} catch (error) {
	await post('/failed', error.stack);
}
