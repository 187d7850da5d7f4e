// What ffmpeg says on its standard error: kept within bounds, and read for the source's codec, size and rate.
import { StringDecoder } from 'node:string_decoder';

export interface VideoFacts {
	codec: string;
	/** Pixels as coded; 0 × 0 where ffmpeg could not tell. */
	width: number;
	height: number;
	/** Nominal frames a second; null where the source does not say. */
	fps: number | null;
}

/** Lines kept: the first ones name the cause, the last ones the end. */
const FIRST_LINES = 60;
const LAST_LINES = 40;
const MAX_LINE = 500;

interface Line {
	at: number;
	text: string;
}

/** Cuts ffmpeg's output into lines, remembers the first and the last of them, and tells a listener of each. */
export class Report {
	facts: VideoFacts | null = null;
	/** True once ffmpeg has listed the input's streams, with or without a video among them. */
	inputListed = false;
	private readonly onLine: (line: string) => void;
	private readonly decoder = new StringDecoder('utf8');
	private readonly first: Line[] = [];
	private readonly last: Line[] = [];
	private rest = '';
	private inInput = false;

	constructor(onLine: (line: string) => void = () => {}) {
		this.onLine = onLine;
	}

	push(chunk: Buffer): void {
		const lines = (this.rest + this.decoder.write(chunk)).split(/[\r\n]+/);
		this.rest = (lines.pop() ?? '').slice(0, MAX_LINE);
		for (const line of lines) if (line.trim() !== '') this.take(line.slice(0, MAX_LINE));
	}

	/** Everything kept, with ffmpeg's own levels still in front of the lines. */
	text(): string {
		return this.textSince(-Infinity);
	}

	/** What was printed in the last `ms`: a source that was live for hours did not fail of what was printed then. */
	recentText(ms: number): string {
		return this.textSince(performance.now() - ms);
	}

	private textSince(start: number): string {
		const lines = [...this.first, ...this.last].filter(({ at }) => at >= start).map(({ text }) => text);
		return [...lines, ...(this.rest.trim() === '' ? [] : [this.rest])].join('\n');
	}

	private take(line: string): void {
		const kept = { at: performance.now(), text: line };
		if (this.first.length < FIRST_LINES) this.first.push(kept);
		else {
			this.last.push(kept);
			if (this.last.length > LAST_LINES) this.last.shift();
		}
		this.readFacts(line);
		this.onLine(line);
	}

	/** Stream lines stand between "Input #0" and "Stream mapping"; the same form describes the outputs later. */
	private readFacts(line: string): void {
		if (line.includes('Input #0')) this.inInput = this.inputListed = true;
		else if (/Stream mapping|Output #/.test(line)) this.inInput = false;
		else if (this.inInput && this.facts === null) this.facts = videoFacts(line);
		else if (this.inInput && this.facts !== null && isSideways(line)) this.facts = turned(this.facts);
	}
}

/** The facts in a line such as "Stream #0:0: Video: h264 (High), yuv420p(tv), 1280x720, 25 fps, 90k tbn"; null in others. */
export function videoFacts(line: string): VideoFacts | null {
	const stream = /Stream #0:\d+.*?: Video: (\w+)(.*)/.exec(line);
	// A cover picture inside an audio file is not a video.
	if (stream?.[1] === undefined || stream[2] === undefined || line.includes('(attached pic)')) return null;
	const size = /, (\d{1,6})x(\d{1,6})(?=[\s,]|$)/.exec(stream[2]);
	// "fps" is what the source says; "tbr" is ffmpeg's guess where it says nothing.
	const fps = /, ([\d.]+)(k?) fps/.exec(stream[2]) ?? /, ([\d.]{1,6})() tbr/.exec(stream[2]);
	return {
		codec: stream[1],
		width: Number(size?.[1] ?? 0),
		height: Number(size?.[2] ?? 0),
		fps: fps === null ? null : Number(fps[1]) * (fps[2] === 'k' ? 1_000 : 1) || null
	};
}

/** Pictures of hand-held cameras are stored on their side, with a note that ffmpeg obeys. */
function isSideways(line: string): boolean {
	const rotation = /rotation of (-?[\d.]+) degrees/.exec(line);
	return rotation !== null && Math.abs(Math.abs(Number(rotation[1])) - 90) < 1;
}

function turned(facts: VideoFacts): VideoFacts {
	return { ...facts, width: facts.height, height: facts.width };
}

/** The new size where ffmpeg says that the picture's size changed while it ran; null in every other line. */
export function changedSize(line: string): { width: number; height: number } | null {
	const change = /filter context - w: (\d+) h: (\d+).*incoming frame - w: (\d+) h: (\d+)/.exec(line);
	if (change === null) return null;
	const [, fromWidth, fromHeight, width, height] = change.map(Number);
	return fromWidth === width && fromHeight === height ? null : { width: width ?? 0, height: height ?? 0 };
}

/** Warnings about our own options, and the filter graph that an input without video does not fit. */
const CHATTER = /deprecated pixel format|in filtergraph description|Finishing stream|FIFO queue/;

/** Whether a line is a warning or worse, and of the source rather than of how we call ffmpeg. */
export function isNoteworthy(line: string): boolean {
	return /\[(warning|error|fatal|panic)\]/.test(line) && !CHATTER.test(line);
}
