// The test data that the project may use but does not contain: real models and pictures.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import type { LoadableModel, Picture } from '#lib/contracts/model.ts';
import { vetModel } from '../vet.ts';

const DATA = fileURLToPath(new URL('../../../../../../shared/data', import.meta.url));

/** Whether the files are there; says in the test's output what is skipped where not. */
export function sharedDataOr(skipped: string): boolean {
	const here = existsSync(join(DATA, 'models')) && existsSync(join(DATA, 'images'));
	if (!here) console.warn(`skipped: ${skipped}, for want of ../shared/data/models and images`);
	return here;
}

/** As an upload would find it. */
export async function sharedModel(file: string): Promise<LoadableModel> {
	const path = join(DATA, 'models', file);
	const verdict = await vetModel(path, {});
	if (!verdict.ok) throw new Error(`${file}: ${verdict.problem}`);
	return { id: file, path, spec: verdict.spec };
}

export async function sharedPicture(file: string): Promise<Picture> {
	const { data, info } = await sharp(join(DATA, 'images', file))
		.removeAlpha()
		.raw()
		.toBuffer({ resolveWithObject: true });
	return { layout: 'rgb24', width: info.width, height: info.height, data };
}

/** The same picture as a decoder gives it: ITU-R BT.601, limited range, chroma of two by two pixels. */
export function toYuv({ width, height, data }: Picture): Picture {
	const chromaWidth = (width + 1) >> 1;
	const chromaHeight = (height + 1) >> 1;
	const yuv = new Uint8Array(width * height + 2 * chromaWidth * chromaHeight);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const [r, g, b] = data.subarray((y * width + x) * 3) as unknown as [number, number, number];
			yuv[y * width + x] = 16.5 + (65.738 * r + 129.057 * g + 25.064 * b) / 256;
			if (x % 2 || y % 2) continue;
			const chroma = width * height + (y >> 1) * chromaWidth + (x >> 1);
			yuv[chroma] = 128.5 + (-37.945 * r - 74.494 * g + 112.439 * b) / 256;
			yuv[chroma + chromaWidth * chromaHeight] = 128.5 + (112.439 * r - 94.154 * g - 18.285 * b) / 256;
		}
	}
	return { layout: 'yuv420p', width, height, data: yuv };
}
