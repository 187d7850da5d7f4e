// Speaks with opencv.py: one request, one answer, in turn.
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Geometry {
	width: number;
	height: number;
	grid: number;
	radius: number;
}

export interface PairFlow {
	flow: number[];
	status: number[];
}

/** Debian's Python, which is the one that python3-opencv belongs to; PYTHON names another. */
const PYTHON = process.env['PYTHON'] ?? '/usr/bin/python3';

export class OpenCv {
	readonly version: string;
	private readonly child: ChildProcess;
	private readonly answers: AsyncIterator<string>;

	private constructor(child: ChildProcess, answers: AsyncIterator<string>, version: string) {
		this.child = child;
		this.answers = answers;
		this.version = version;
	}

	/** Starts the process; rejects, saying what to install, where it has no OpenCV. */
	static async start(): Promise<OpenCv> {
		const script = fileURLToPath(new URL('opencv.py', import.meta.url));
		const child = spawn(PYTHON, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
		child.once('error', () => undefined);
		const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
		const first = await answers.next();
		if (first.done) throw new Error(`${PYTHON} has no OpenCV: apt-get install python3-opencv`);
		const { opencv } = JSON.parse(first.value) as { opencv: string };
		return new OpenCv(child, answers, opencv);
	}

	/** CPU seconds for the frames from..to-1 of a clip, each against the one before. */
	async timeClip(clip: string, geometry: Geometry, from: number, to: number): Promise<number> {
		const answer = (await this.ask({ clip, from, to, ...geometry })) as { cpu: number };
		return answer.cpu;
	}

	async trackPair(pair: [string, string], geometry: Geometry): Promise<PairFlow> {
		return (await this.ask({ pair, ...geometry })) as PairFlow;
	}

	stop(): void {
		this.child.stdin?.end();
	}

	private async ask(request: object): Promise<unknown> {
		this.child.stdin?.write(JSON.stringify(request) + '\n');
		const answer = await this.answers.next();
		if (answer.done) throw new Error('opencv.py ended early; its error is above');
		return JSON.parse(answer.value);
	}
}
