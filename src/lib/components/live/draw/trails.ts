// Trails: particles carried by the measured field. Each step is drawn once onto a layer that fades, so old paths thin out.
import { directionOf, hueIndex } from '#lib/contracts/direction.ts';
import type { Fit } from './fit.ts';
import { spriteSheet, turnTo, type SpriteSheet } from './sprites.ts';

const MOST_PARTICLES = 420;
/** Frames a particle may stand without a vector under it before it is given up. */
const PATIENCE = 2;
/** Share of its strength a path keeps from one picture to the next: at 6 a second it is gone after 3 s. */
const KEPT = 0.85;

interface Particle {
	/** Frame pixels: here now, and before the last step. */
	x: number;
	y: number;
	fromX: number;
	fromY: number;
	/** Frames without motion. */
	still: number;
}

/** The vectors of one frame, found by place. */
export class VectorField {
	readonly vectors: ArrayLike<number>;
	readonly gridSize: number;
	readonly #cells = new Map<number, number>();
	readonly #columns: number;

	constructor(vectors: ArrayLike<number>, gridSize: number, width: number) {
		this.vectors = vectors;
		this.gridSize = gridSize;
		this.#columns = Math.ceil(width / gridSize) + 1;
		for (let i = 0; i + 3 < vectors.length; i += 4) {
			this.#cells.set(this.#key(vectors[i] ?? 0, vectors[i + 1] ?? 0), i);
		}
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

/** The particles of one stream and the layer they have drawn. Bounded; forgotten when the frame's size changes. */
export class Trails {
	#particles: Particle[] = [];
	#layer: OffscreenCanvas | null = null;
	#size = '';
	/** Steps taken since the layer was last drawn on. */
	#fresh = false;
	/** Shifts which grid points seed particles from frame to frame, so that all get their turn. */
	#turn = 0;

	get count(): number {
		return this.#particles.length;
	}

	clear(): void {
		this.#particles = [];
		this.#layer = null;
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
		this.#fresh = true;
	}

	/** New particles where there is motion and no particle yet. */
	#seed(field: VectorField): void {
		const room = 1.6 * field.gridSize;
		const taken = new Set(this.#particles.map(({ x, y }) => place(x, y, room)));
		const total = Math.floor(field.vectors.length / 4);
		this.#turn = (this.#turn + 7) % 31;
		for (let k = 0; k < total && this.#particles.length < MOST_PARTICLES; k++) {
			const i = ((k * 31 + this.#turn) % total) * 4;
			const x = field.vectors[i] ?? 0;
			const y = field.vectors[i + 1] ?? 0;
			const spot = place(x, y, room);
			if (taken.has(spot)) continue;
			taken.add(spot);
			this.#particles.push({ x, y, fromX: x, fromY: y, still: 0 });
		}
	}

	/** Lays the paths over a picture; the newest steps are drawn onto the layer first. `ratio`: device pixels a CSS pixel. */
	draw(context: CanvasRenderingContext2D, fit: Fit, ratio: number, opacity: number): void {
		const width = Math.max(1, Math.round(fit.width * ratio));
		const height = Math.max(1, Math.round(fit.height * ratio));
		if (this.#layer?.width !== width || this.#layer.height !== height) {
			this.#layer = new OffscreenCanvas(width, height);
			this.#fresh = true;
		}
		if (this.#fresh) this.#strokeSteps(this.#layer, fit, ratio);
		this.#fresh = false;
		context.save();
		context.globalAlpha = opacity;
		context.drawImage(this.#layer, fit.x, fit.y, fit.width, fit.height);
		context.restore();
	}

	#strokeSteps(layer: OffscreenCanvas, fit: Fit, ratio: number): void {
		const context = layer.getContext('2d');
		if (!context) return;
		context.setTransform(1, 0, 0, 1, 0, 0);
		context.globalCompositeOperation = 'destination-out';
		context.fillStyle = `rgb(0 0 0 / ${1 - KEPT})`;
		context.fillRect(0, 0, layer.width, layer.height);
		context.globalCompositeOperation = 'source-over';
		// Lines as thick as the stems of a picture half as wide again: a path is read as a whole, an arrow by itself.
		const sheet = spriteSheet(fit.width * 1.5, ratio);
		for (const particle of this.#particles) strokeStep(context, sheet, particle, fit.scale, ratio);
	}
}

function strokeStep(
	context: OffscreenCanvasRenderingContext2D,
	sheet: SpriteSheet,
	{ x, y, fromX, fromY }: Particle,
	scale: number,
	ratio: number
): void {
	const dx = x - fromX;
	const dy = y - fromY;
	const length = Math.hypot(dx, dy);
	if (length === 0) return;
	turnTo(context, ratio, x * scale, y * scale, dx / length, dy / length);
	sheet.stem(context, hueIndex(directionOf(dx, dy)), 0, length * scale);
}

/** One step along the field; where nothing moves it waits, and draws nothing. */
function carry(particle: Particle, field: VectorField, steps: number): void {
	const moved = field.at(particle.x, particle.y);
	particle.fromX = particle.x;
	particle.fromY = particle.y;
	particle.still = moved ? 0 : particle.still + 1;
	if (!moved) return;
	particle.x += moved[0] * steps;
	particle.y += moved[1] * steps;
}

function lives({ x, y, still }: Particle, width: number, height: number): boolean {
	return still <= PATIENCE && x >= 0 && y >= 0 && x <= width && y <= height;
}

function place(x: number, y: number, room: number): string {
	return `${Math.floor(x / room)},${Math.floor(y / room)}`;
}
