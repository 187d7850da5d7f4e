// Trails: particles carried by the measured field, each with the last stretch of its path, fading from head to tail.
import { HUES_ON_DARK, HUE_COUNT, angleOf, hueIndex } from '../wheel.ts';
import type { Fit } from './fit.ts';

const MOST_PARTICLES = 420;
/** Points kept a particle; at 6 pictures a second this is the last 4 s. */
const PATH_POINTS = 24;
/** Frames a particle may stand without a vector under it before it begins to fade. */
const PATIENCE = 2;
/** Parts a path is drawn in, each with its own opacity. */
const FADE_STEPS = 4;

interface Particle {
	/** [x, y, …] frame pixels, oldest first. */
	path: number[];
	/** Direction of the newest step, degrees clockwise from up. */
	angle: number;
	still: number;
}

/** The vectors of one frame, found by place. */
export class VectorField {
	readonly #cells = new Map<number, number>();
	readonly #columns: number;
	readonly vectors: ArrayLike<number>;
	readonly gridSize: number;

	constructor(vectors: ArrayLike<number>, gridSize: number, width: number) {
		this.vectors = vectors;
		this.gridSize = gridSize;
		this.#columns = Math.ceil(width / gridSize) + 1;
		for (let i = 0; i + 3 < vectors.length; i += 4)
			this.#cells.set(this.#key(vectors[i] ?? 0, vectors[i + 1] ?? 0), i);
	}

	#key(x: number, y: number): number {
		return Math.floor(y / this.gridSize) * this.#columns + Math.floor(x / this.gridSize);
	}

	/** Mean displacement of the cell at (x, y) and its eight neighbours, weighted to the nearest; null where nothing moves. */
	at(x: number, y: number): [number, number] | null {
		let sumX = 0;
		let sumY = 0;
		let sum = 0;
		for (let row = -1; row <= 1; row++) {
			for (let column = -1; column <= 1; column++) {
				const i = this.#cells.get(this.#key(x + column * this.gridSize, y + row * this.gridSize));
				if (i === undefined) continue;
				const reach = Math.hypot((this.vectors[i] ?? 0) - x, (this.vectors[i + 1] ?? 0) - y) / this.gridSize;
				const weight = Math.max(0, 1.5 - reach);
				sumX += (this.vectors[i + 2] ?? 0) * weight;
				sumY += (this.vectors[i + 3] ?? 0) * weight;
				sum += weight;
			}
		}
		return sum > 0 ? [sumX / sum, sumY / sum] : null;
	}
}

/** The particles of one stream. Bounded in number and in path, forgotten when the frame's size changes. */
export class Trails {
	#particles: Particle[] = [];
	#size = '';
	/** Shifts which grid points seed particles from frame to frame, so that all get their turn. */
	#turn = 0;

	get count(): number {
		return this.#particles.length;
	}

	clear(): void {
		this.#particles = [];
	}

	/** Moves every particle by the field. `steps` is how many analysed frames passed since the last call. */
	advance(vectors: ArrayLike<number>, gridSize: number, width: number, height: number, steps: number): void {
		const size = `${width}x${height}`;
		if (size !== this.#size) this.clear();
		this.#size = size;
		const field = new VectorField(vectors, gridSize, width);
		for (const particle of this.#particles) carry(particle, field, steps);
		this.#particles = this.#particles.filter((particle) => lives(particle, width, height));
		this.#seed(field);
	}

	/** New particles where there is motion and no particle yet. */
	#seed(field: VectorField): void {
		const room = 1.6 * field.gridSize;
		const taken = new Set(this.#particles.map((particle) => place(head(particle), room)));
		const total = Math.floor(field.vectors.length / 4);
		this.#turn = (this.#turn + 7) % 31;
		for (let k = 0; k < total && this.#particles.length < MOST_PARTICLES; k++) {
			const i = ((k * 31 + this.#turn) % total) * 4;
			const at: [number, number] = [field.vectors[i] ?? 0, field.vectors[i + 1] ?? 0];
			const spot = place(at, room);
			if (taken.has(spot)) continue;
			taken.add(spot);
			this.#particles.push({
				path: [...at],
				angle: angleOf(field.vectors[i + 2] ?? 0, field.vectors[i + 3] ?? 0),
				still: 0
			});
		}
	}

	/** Draws all paths into a context in CSS pixels. */
	draw(context: CanvasRenderingContext2D, fit: Fit, opacity: number): void {
		const width = Math.max(1.2, Math.min(3, fit.width * 0.0022));
		const strokes = this.#collect(fit);
		context.save();
		context.lineCap = 'round';
		context.lineJoin = 'round';
		for (let step = 0; step < FADE_STEPS; step++) {
			const strength = (step + 1) / FADE_STEPS;
			context.globalAlpha = opacity * strength * 0.45;
			context.strokeStyle = '#000';
			context.lineWidth = width * (0.5 + 0.5 * strength) + 1.6;
			context.stroke(strokes.casing[step] as Path2D);
			context.globalAlpha = opacity * strength ** 1.4;
			context.lineWidth = width * (0.5 + 0.5 * strength);
			for (const [hue, path] of strokes.hues[step] ?? []) {
				context.strokeStyle = HUES_ON_DARK[hue] ?? '#fff';
				context.stroke(path);
			}
		}
		context.restore();
	}

	#collect(fit: Fit): { casing: Path2D[]; hues: Map<number, Path2D>[] } {
		const casing = Array.from({ length: FADE_STEPS }, () => new Path2D());
		const hues = Array.from({ length: FADE_STEPS }, () => new Map<number, Path2D>());
		for (const particle of this.#particles) {
			const points = particle.path.length / 2;
			for (let step = 0; step < FADE_STEPS; step++) {
				const from = Math.floor((step * (points - 1)) / FADE_STEPS);
				const to = Math.floor(((step + 1) * (points - 1)) / FADE_STEPS);
				if (to <= from) continue;
				const hue = hueIndex(stretchAngle(particle.path, from, to)) % HUE_COUNT;
				const path = hues[step]?.get(hue) ?? new Path2D();
				hues[step]?.set(hue, path);
				addStretch(path, particle.path, from, to, fit);
				addStretch(casing[step] as Path2D, particle.path, from, to, fit);
			}
		}
		return { casing, hues };
	}
}

/** One step along the field; without a vector the oldest point goes, so a stopped trail is drawn in by its own tail. */
function carry(particle: Particle, field: VectorField, steps: number): void {
	const [x, y] = head(particle);
	const moved = field.at(x, y);
	if (moved) {
		particle.still = 0;
		particle.angle = angleOf(moved[0], moved[1]);
		particle.path.push(x + moved[0] * steps, y + moved[1] * steps);
	} else {
		particle.still++;
	}
	if (particle.path.length > PATH_POINTS * 2) particle.path.splice(0, 2);
	if (particle.still > PATIENCE) particle.path.splice(0, 4);
}

function lives(particle: Particle, width: number, height: number): boolean {
	if (particle.path.length < 2) return false;
	const [x, y] = head(particle);
	return x >= 0 && y >= 0 && x <= width && y <= height;
}

function head(particle: Particle): [number, number] {
	return [particle.path.at(-2) ?? 0, particle.path.at(-1) ?? 0];
}

function place([x, y]: [number, number], room: number): string {
	return `${Math.floor(x / room)},${Math.floor(y / room)}`;
}

function stretchAngle(path: number[], from: number, to: number): number {
	const dx = (path[to * 2] ?? 0) - (path[from * 2] ?? 0);
	const dy = (path[to * 2 + 1] ?? 0) - (path[from * 2 + 1] ?? 0);
	return angleOf(dx, dy);
}

function addStretch(target: Path2D, path: number[], from: number, to: number, fit: Fit): void {
	for (let i = from; i <= to; i++) {
		const x = fit.x + (path[i * 2] ?? 0) * fit.scale;
		const y = fit.y + (path[i * 2 + 1] ?? 0) * fit.scale;
		if (i === from) target.moveTo(x, y);
		else target.lineTo(x, y);
	}
}
