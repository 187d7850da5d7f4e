// Real models on real pictures: each format finds what is there, and two forms of one model find the same.
import { describe, expect, it } from 'vitest';
import type { BoundingBox, Detected } from '#lib/contracts/detection.ts';
import type { Picture } from '#lib/contracts/model.ts';
import { intersectionOverUnion } from './nms.ts';
import { createModelSession } from './session.ts';
import { sharedDataOr, sharedModel, sharedPicture, toYuv } from './testing/shared.ts';

const FORMATS = {
	'yolox_nano_416.onnx': 'yolox_raw',
	'yolox_nano_v8_640.onnx': 'yolov8',
	'yolox_nano_e2e_416.onnx': 'end_to_end',
	'nanodet_m_416.onnx': 'nanodet'
} as const;

const corners = ({ x, y, width, height }: BoundingBox) => ({ x1: x, y1: y, x2: x + width, y2: y + height });
const overlap = (a: Detected, b: Detected) => intersectionOverUnion(corners(a.box), corners(b.box));

async function look(file: string, pictures: Picture[], confidence: number): Promise<Detected[][]> {
	const session = await createModelSession(await sharedModel(file), 'cpu', () => {});
	try {
		return (await session.detectBatch(pictures, confidence)).map(({ detections }) => detections);
	} finally {
		await session.release();
	}
}

describe.runIf(sharedDataOr('real models on real pictures'))('real models', () => {
	it.each(Object.entries(FORMATS))(
		'%s is recognised as %s and finds the person and the car',
		async (file, format) => {
			expect((await sharedModel(file)).spec.format).toBe(format);
			const pictures = [await sharedPicture('rf-person.jpg'), await sharedPicture('rf-car.jpg')];
			const [onPerson, onCar] = await look(file, pictures, 0.4);
			// As every one of them sees it: a person right of the middle, a car across the picture.
			const person = onPerson!.find(({ label }) => label === 'person');
			expect(corners(person!.box).x1).toBeCloseTo(0.43, 1);
			expect(person!.box.height).toBeGreaterThan(0.45);
			expect(onCar![0]!.label).toBe('car');
			expect(onCar![0]!.box.width).toBeGreaterThan(0.7);
		}
	);

	it('finds the same boxes with the raw and the end-to-end form of the same weights', async () => {
		const pictures = await Promise.all(['rf-person.jpg', 'rf-car.jpg', 'rf-crowd.jpg'].map(sharedPicture));
		const raw = await look('yolox_nano_416.onnx', pictures, 0.35);
		const endToEnd = await look('yolox_nano_e2e_416.onnx', pictures, 0.35);
		expect(raw.flat().length).toBeGreaterThan(10);
		raw.forEach((boxes, i) => {
			for (const box of boxes) {
				const same = endToEnd[i]!.find((other) => other.label === box.label && overlap(box, other) >= 0.99);
				expect(same?.confidence).toBeCloseTo(box.confidence, 2);
			}
		});
	});

	it('finds the same boxes in what a camera gives', async () => {
		const picture = await sharedPicture('rf-crowd.jpg');
		const [rgb, yuv] = await look('yolox_nano_v8_640.onnx', [picture, toYuv(picture)], 0.5);
		expect(rgb!.length).toBeGreaterThan(8);
		const found = rgb!.filter((box) => yuv!.some((other) => overlap(box, other) > 0.9));
		expect(found.length).toBeGreaterThanOrEqual(rgb!.length - 1);
	});
});
