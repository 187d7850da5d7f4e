// node render.mjs <scene> [--frames 0,100] [--bake 96] [--w 1280 --h 720] [--crf 25]: serves the page, drives headless Chromium, pipes raw frames to ffmpeg
import http from 'node:http';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
const A = process.argv.slice(2),
	scene = A[0],
	opt = (k, d) => {
		const i = A.indexOf('--' + k);
		return i < 0 ? d : A[i + 1];
	};
const W = +opt('w', 1280),
	H = +opt('h', 720),
	frames = opt('frames', ''),
	bake = opt('bake', '96'),
	crf = opt('crf', '25'),
	root = path.dirname(new URL(import.meta.url).pathname),
	out = opt('out', path.join(root, 'out'));
fs.mkdirSync(out, { recursive: true });
const t0 = Date.now();
let ff = null,
	truth = null,
	grid = null;
if (!frames) {
	ff = spawn(
		'ffmpeg',
		[
			'-v',
			'error',
			'-y',
			'-f',
			'rawvideo',
			'-pix_fmt',
			'rgba',
			'-s',
			`${W}x${H}`,
			'-r',
			'25',
			'-i',
			'-',
			'-vf',
			'format=yuv420p',
			'-c:v',
			'libx264',
			'-preset',
			'slow',
			'-crf',
			crf,
			'-threads',
			'2',
			'-g',
			'50',
			'-keyint_min',
			'50',
			'-sc_threshold',
			'0',
			'-bf',
			'2',
			'-movflags',
			'+faststart',
			'-colorspace',
			'bt709',
			'-color_primaries',
			'bt709',
			'-color_trc',
			'bt709',
			...(opt('x264') ? ['-x264-params', opt('x264')] : []),
			path.join(out, scene + '.mp4')
		],
		{ stdio: ['pipe', 'inherit', 'inherit'] }
	);
	truth = fs.createWriteStream(path.join(out, scene + '.truth.jsonl'));
	grid = zlib.createGzip();
	grid.pipe(fs.createWriteStream(path.join(out, scene + '.flow.jsonl.gz')));
}
const types = { '.js': 'text/javascript', '.html': 'text/html' };
let finish;
const done = new Promise((r) => (finish = r));
const srv = http.createServer(async (q, r) => {
	const u = new URL(q.url, 'http://x');
	if (q.method === 'POST') {
		const ch = [];
		for await (const c of q) ch.push(c);
		const b = Buffer.concat(ch);
		if (u.pathname === '/log') console.log(((Date.now() - t0) / 1000).toFixed(1), b.toString());
		else if (u.pathname === '/meta')
			fs.writeFileSync(path.join(out, scene + '.meta.json'), JSON.stringify(JSON.parse(b), null, 1));
		else if (u.pathname === '/frame') {
			if (ff) {
				if (!ff.stdin.write(b)) await once(ff.stdin, 'drain');
			} else {
				const p = path.join(out, `${scene}-${u.searchParams.get('f').padStart(4, '0')}.png`);
				spawnSync(
					'ffmpeg',
					[
						'-v',
						'error',
						'-y',
						'-f',
						'rawvideo',
						'-pix_fmt',
						'rgba',
						'-s',
						`${W}x${H}`,
						'-i',
						'-',
						'-pix_fmt',
						'rgb24',
						p
					],
					{ input: b }
				);
			}
		} else if (u.pathname === '/truth') {
			const [a, g] = b.toString().split('\n');
			if (truth) {
				truth.write(a + '\n');
				if (g) grid.write(g + '\n');
			} else fs.writeFileSync(path.join(out, `${scene}-${u.searchParams.get('f').padStart(4, '0')}.json`), a);
		} else if (u.pathname === '/done') finish();
		r.end('ok');
		return;
	}
	const p = path.join(root, u.pathname === '/' ? 'web/index.html' : u.pathname);
	if (!p.startsWith(root) || !fs.existsSync(p)) {
		r.writeHead(404).end();
		return;
	}
	r.writeHead(200, { 'content-type': types[path.extname(p)] || 'application/octet-stream' });
	fs.createReadStream(p).pipe(r);
});
await new Promise((r) => srv.listen(0, '127.0.0.1', r));
const prof = fs.mkdtempSync(path.join(os.tmpdir(), 'scenes', 'prof-'));
const ch = spawn(
	'chromium',
	[
		'--headless=new',
		'--no-sandbox',
		'--use-angle=swiftshader',
		'--enable-unsafe-swiftshader',
		'--ignore-gpu-blocklist',
		'--disable-gpu-watchdog',
		'--disable-dev-shm-usage',
		'--no-first-run',
		'--disable-background-networking',
		'--disable-component-update',
		'--disable-sync',
		`--user-data-dir=${prof}`,
		`http://127.0.0.1:${srv.address().port}/?scene=${scene}&w=${W}&h=${H}&bake=${bake}&frames=${frames}&dbg=${opt('dbg', '')}&prof=${opt('prof', '')}`
	],
	{ stdio: 'ignore', detached: true }
);
await done;
try {
	process.kill(-ch.pid);
} catch {}
if (ff) {
	ff.stdin.end();
	truth.end();
	grid.end();
	await once(ff, 'close');
}
srv.closeAllConnections();
srv.close();
setTimeout(() => {
	fs.rmSync(prof, { recursive: true, force: true });
	console.log('total', ((Date.now() - t0) / 1000).toFixed(1), 's');
	process.exit(0);
}, 800);
