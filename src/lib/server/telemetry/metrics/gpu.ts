// The machine's GPUs, asked of nvidia-smi now and then and never while somebody waits.
import { execFile } from 'node:child_process';
import type { GpuFigures } from './view.ts';

export interface Gpu {
	/** As last heard; asks anew behind the caller's back when that is too long ago. */
	figures(): GpuFigures;
	/** Resolves when no question is under way. */
	settled(): Promise<void>;
}

export const NO_GPU: GpuFigures = {
	available: false,
	utilizationPercent: 0,
	memoryUsedBytes: 0,
	memoryTotalBytes: 0
};

const ASK_EVERY_MS = 10_000;
/** Where there is no nvidia-smi, none is likely to come. */
const ASK_AGAIN_MS = 10 * 60_000;
const LIMIT_MS = 4000;
const MIB = 1024 * 1024;
const QUERY = ['--query-gpu=utilization.gpu,memory.used,memory.total', '--format=csv,noheader,nounits'];

/** `command`: nvidia-smi, unless a test has its own; `limitMs`: how long it may take. */
export function createGpu(
	command = 'nvidia-smi',
	now: () => number = () => performance.now(),
	limitMs = LIMIT_MS
): Gpu {
	let known = NO_GPU;
	let askAt = -Infinity;
	let asking: Promise<void> | null = null;

	function ask(): Promise<void> {
		return new Promise((resolve) => {
			execFile(
				command,
				QUERY,
				{ timeout: limitMs, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 },
				(error, out) => {
					const missing = error?.code === 'ENOENT';
					known = error ? NO_GPU : parseGpus(out);
					askAt = now() + (missing ? ASK_AGAIN_MS : ASK_EVERY_MS);
					asking = null;
					resolve();
				}
			);
		});
	}

	return {
		figures() {
			if (now() >= askAt) asking ??= ask();
			return known;
		},
		settled: () => asking ?? Promise.resolve()
	};
}

/** A figure, or in brackets why there is none. */
const FIELD = /^(\d+(\.\d+)?|\[.+\])$/;

/**
 * A line a GPU: per cent, MiB, MiB; `[N/A]` and the like where a GPU does not tell, as parts of one and those without
 * a memory of their own do not.
 */
export function parseGpus(text: string): GpuFigures {
	const gpus = text
		.split('\n')
		.map((line) => line.split(',').map((field) => field.trim()))
		.filter((fields) => fields.length === 3 && fields.every((field) => FIELD.test(field)))
		.map((fields) => fields.map(Number));
	const sum = (column: number) =>
		gpus.reduce((total, fields) => total + (Number.isFinite(fields[column]) ? fields[column]! : 0), 0);
	return {
		available: gpus.length > 0,
		utilizationPercent: gpus.reduce(
			(most, [used = 0]) => Math.max(most, Number.isFinite(used) ? used : 0),
			0
		),
		memoryUsedBytes: sum(1) * MIB,
		memoryTotalBytes: sum(2) * MIB
	};
}
