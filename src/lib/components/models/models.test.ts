// Models in words, what an upload says of its file, and what its refusal becomes.
import { describe, expect, it } from 'vitest';
import { modelUploadQuery } from '#lib/contracts/model.ts';
import { EMPTY_FIELDS, problemOf, uploadQuery } from './upload.ts';
import { bytes, nameFromFile, usedByWords } from './words.ts';

describe('words', () => {
	it.each([
		[0, '0 B'],
		[999, '999 B'],
		[1000, '1.0 kB'],
		[3_712_345, '3.7 MB'],
		[99_960_000, '100 MB'],
		[999_600_000, '1.0 GB'],
		[2 ** 41, '2199 GB']
	])('writes %d bytes as %j', (size, words) => {
		expect(bytes(size)).toBe(words);
	});

	it('calls a model as its file is called', () => {
		expect(nameFromFile('yolo11n.ONNX')).toBe('yolo11n');
		expect(nameFromFile('.onnx')).toBe('');
		expect(nameFromFile('x'.repeat(300))).toHaveLength(120);
	});

	it('names those who use it, not all of many', () => {
		expect(usedByWords([])).toBe('no camera');
		expect(usedByWords(['Ramp', 'Quay'])).toBe('Ramp and Quay');
		expect(usedByWords(['Ramp', 'Quay', 'Hall', 'Door'])).toBe('Ramp, Quay and 2 more');
	});
});

describe('an upload', () => {
	it('says nothing that was not said', () => {
		expect(uploadQuery(EMPTY_FIELDS)).toBe('');
	});

	it('says what the API takes', () => {
		const query = uploadQuery({
			name: ' Yard ',
			format: 'yolov8',
			width: '640',
			height: ' 384 ',
			labels: 'person\ntraffic light, car,\n'
		});
		expect(modelUploadQuery.parse(Object.fromEntries(new URLSearchParams(query)))).toEqual({
			name: 'Yard',
			format: 'yolov8',
			width: 640,
			height: 384,
			labels: ['person', 'traffic light', 'car']
		});
	});

	it('is refused in the server’s words, or in ours where a proxy answered', () => {
		const told = { detail: 'No.', code: 'model_unusable', status: 422, type: 'x', title: 'x' };
		expect(problemOf(422, JSON.stringify(told)).detail).toBe('No.');
		expect(problemOf(413, '<html>').code).toBe('payload_too_large');
		expect(problemOf(500, '').detail).toContain('500');
	});
});
