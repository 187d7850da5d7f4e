// A loaded model: pictures in, boxes out. One thread, one session; nothing is allocated for a picture but its boxes.
import type { InferenceSession } from 'onnxruntime-node';
import type { Detected } from '#lib/contracts/detection.ts';
import type {
	ExecutionProvider,
	InferenceResult,
	LoadableModel,
	ModelSpec,
	Picture
} from '#lib/contracts/model.ts';
import { classLabel } from './coco.ts';
import { Candidates, type Candidate } from './decode/candidates.ts';
import { DECODERS } from './decode/index.ts';
import type { DecodeContext, Output } from './decode/decoder.ts';
import { compileDetectModule } from './kernel.ts';
import { suppress, surest } from './nms.ts';
import { boxOnPicture, type Placement } from './placement.ts';
import { openSession } from './runtime.ts';
import { Tensors } from './tensors.ts';

/**
 * Several pictures in one run gain nothing on a CPU, and TensorRT would build an engine for every number of them.
 */
const BATCHING: ExecutionProvider[] = ['cuda'];
/** Pictures of one run, and bytes of its input tensor. */
const MAX_BATCH = { pictures: 8, bytes: 256 << 20 };

export interface ModelSession {
	/** The execution provider in use. */
	readonly provider: ExecutionProvider;
	/** Boxes and scores so far that were no finite numbers. */
	readonly discarded: number;
	/** confidence: 0..1. Rejects where the picture is none or the run fails; the session stays good. One at a time. */
	detect(picture: Picture, confidence: number): Promise<InferenceResult>;
	/** In one run where provider and model gain from it, one after another otherwise. */
	detectBatch(pictures: Picture[], confidence: number): Promise<InferenceResult[]>;
	/** Gives the memory back; not while a look is under way. */
	release(): Promise<void>;
}

/**
 * Loads a model and runs it once, so that the first picture is no slower than others. Blocks the thread meanwhile.
 * log: what the server's log should know, such as a provider that cannot be had. Throws where the model cannot be loaded.
 */
export async function createModelSession(
	model: LoadableModel,
	provider: ExecutionProvider,
	log: (text: string) => void
): Promise<ModelSession> {
	const module = await compileDetectModule();
	const opened = await openSession(model.path, provider, log);
	try {
		const session = new LoadedModel(model, opened.session, opened.provider, module, log);
		await session.warmUp();
		return session;
	} catch (error) {
		await opened.session.release();
		throw error;
	}
}

class LoadedModel implements ModelSession {
	readonly provider: ExecutionProvider;
	discarded = 0;
	private readonly model: LoadableModel;
	private readonly session: InferenceSession;
	private readonly module: WebAssembly.Module;
	private readonly log: (text: string) => void;
	private tensors: Tensors;

	constructor(
		model: LoadableModel,
		session: InferenceSession,
		provider: ExecutionProvider,
		module: WebAssembly.Module,
		log: (text: string) => void
	) {
		this.model = model;
		this.session = session;
		this.provider = provider;
		this.module = module;
		this.log = log;
		this.tensors = new Tensors(module, model.spec, session, 1);
	}

	async warmUp(): Promise<void> {
		const { width, height } = this.model.spec.input;
		await this.detect({ layout: 'rgb24', width, height, data: new Uint8Array(width * height * 3) }, 1);
	}

	async detect(picture: Picture, confidence: number): Promise<InferenceResult> {
		const [result] = await this.run([picture], confidence);
		return result!;
	}

	async detectBatch(pictures: Picture[], confidence: number): Promise<InferenceResult[]> {
		const size = batchSize(this.model.spec.input, this.provider);
		const results: InferenceResult[] = [];
		for (let i = 0; i < pictures.length; i += size) {
			results.push(...(await this.run(pictures.slice(i, i + size), confidence)));
		}
		return results;
	}

	async release(): Promise<void> {
		await this.session.release();
	}

	/** Pixels ▶ tensor ▶ run ▶ candidates ▶ boxes. The times are those of the whole run. */
	private async run(pictures: Picture[], confidence: number): Promise<InferenceResult[]> {
		const start = performance.now();
		const tensors = this.tensorsFor(pictures.length);
		const placements = pictures.map((picture, item) => tensors.write(picture, item));
		const ready = performance.now();
		const outputs = await tensors.run(pictures.length);
		const runMs = performance.now() - ready;
		const detections = placements.map((placement, item) => this.decode(outputs(item), placement, confidence));
		const totalMs = performance.now() - start;
		return detections.map((found) => ({ detections: found, runMs, totalMs }));
	}

	private tensorsFor(pictures: number): Tensors {
		if (pictures > this.tensors.batch)
			this.tensors = new Tensors(this.module, this.model.spec, this.session, pictures);
		return this.tensors;
	}

	private decode(outputs: Output[], placement: Placement, confidence: number): Detected[] {
		const { format, input, strides, labels } = this.model.spec;
		const { decode, overlapping } = DECODERS[format];
		const context: DecodeContext = {
			width: input.width,
			height: input.height,
			strides,
			threshold: confidence,
			scan: (scores, anchors) => this.tensors.scan(scores, anchors, confidence)
		};
		const found = new Candidates();
		decode(outputs, context, found);
		this.count(found.discarded);
		const kept = overlapping ? suppress(found.boxes) : surest(found.boxes);
		return kept.flatMap((candidate) => detectedOf(candidate, placement, labels));
	}

	private count(discarded: number): void {
		if (discarded > 0 && this.discarded === 0)
			this.log('The model answers boxes or scores that are not numbers; they are left out.');
		this.discarded += discarded;
	}
}

function batchSize({ dynamicBatch, width, height }: ModelSpec['input'], provider: ExecutionProvider): number {
	if (!dynamicBatch || !BATCHING.includes(provider)) return 1;
	const pictureBytes = 3 * width * height * 4;
	return Math.max(1, Math.min(MAX_BATCH.pictures, Math.floor(MAX_BATCH.bytes / pictureBytes)));
}

function detectedOf(candidate: Candidate, placement: Placement, labels: string[]): Detected[] {
	const box = boxOnPicture(candidate, placement);
	const label = labels[candidate.label] ?? classLabel(candidate.label);
	return box ? [{ label, confidence: candidate.score, box }] : [];
}
