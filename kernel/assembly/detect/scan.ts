// The v8 form's scores, class by class as they lie in memory: which anchors have a class above a threshold?

let invalidScores: i32 = 0;

/** Scores of the last scan that were not finite numbers. */
export function invalid(): i32 {
	return invalidScores;
}

/**
 * scores: f32, classes rows of `anchors`. Writes for every anchor whose best score exceeds the threshold one record of
 * 12 bytes (anchor i32, class i32, score f32), in the order found, and returns how many. `slots` is room for an i32 an
 * anchor: the number of its record, plus one.
 */
export function scan(
	scores: usize,
	anchors: i32,
	classes: i32,
	threshold: f32,
	records: usize,
	slots: usize
): i32 {
	memory.fill(slots, 0, (<usize>anchors) << 2);
	invalidScores = 0;
	const limit = f32x4.splat(threshold);
	const whole = anchors & ~15;
	let count = 0;
	for (let k = 0; k < classes; k++) {
		const row = scores + ((<usize>(k * anchors)) << 2);
		for (let i = 0; i < whole; i += 16) {
			const at = row + ((<usize>i) << 2);
			// Not "any above" but "not all below": so that what is not a number is looked at, too.
			const below = v128.and(
				v128.and(f32x4.le(v128.load(at), limit), f32x4.le(v128.load(at, 16), limit)),
				v128.and(f32x4.le(v128.load(at, 32), limit), f32x4.le(v128.load(at, 48), limit))
			);
			if (i32x4.all_true(below)) continue;
			for (let j = i; j < i + 16; j++) count = note(row, j, k, threshold, records, slots, count);
		}
		for (let j = whole; j < anchors; j++) count = note(row, j, k, threshold, records, slots, count);
	}
	return count;
}

function note(
	row: usize,
	anchor: i32,
	k: i32,
	threshold: f32,
	records: usize,
	slots: usize,
	count: i32
): i32 {
	const score = load<f32>(row + ((<usize>anchor) << 2));
	if (score <= threshold) return count;
	if (!isFinite(score)) {
		invalidScores++;
		return count;
	}
	const slot = slots + ((<usize>anchor) << 2);
	const known = load<i32>(slot);
	const record = records + <usize>((known ? known - 1 : count) * 12);
	if (known && load<f32>(record, 8) >= score) return count;
	store<i32>(record, anchor);
	store<i32>(record, k, 4);
	store<f32>(record, score, 8);
	if (known) return count;
	store<i32>(slot, count + 1);
	return count + 1;
}
