// A folder for a test file's models, gone when its tests are.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { writeOnnx, type WrittenModel } from './onnx-writer.ts';

export interface ModelFolder {
	/** Writes a model, or bytes that should be one, and gives its path. */
	write(name: string, content: WrittenModel | Buffer): string;
}

export function modelFolder(): ModelFolder {
	const folder = mkdtempSync(join(tmpdir(), 'vf-models-'));
	afterAll(() => rmSync(folder, { recursive: true, force: true }));
	return {
		write(name, content) {
			const path = join(folder, `${name}.onnx`);
			writeFileSync(path, Buffer.isBuffer(content) ? content : writeOnnx(content));
			return path;
		}
	};
}
