// The camera as ground truth: a pinhole without distortion, and what maps the ground to the picture.

const RADIANS = Math.PI / 180;

/**
 * Calibration of a scene's camera for a picture of width x height pixels. World: east, north, up in metres; camera:
 * right, down, forward; pixels from the top left corner. Image = K (R X + t); H takes (east, north, 1) at height 0.
 */
export function cameraTruth({ x, z, height: up, headingDeg, tiltDeg, hfovDeg }, width, height) {
	const focal = focalLength(hfovDeg, width);
	const rotation = enuToCamera(headingDeg * RADIANS, tiltDeg * RADIANS);
	const position = [x, -z, up];
	const translation = rotation.map((row) => -row.reduce((sum, r, k) => sum + r * position[k], 0));
	const [cx, cy] = [width / 2, height / 2];
	const intrinsics = [
		[focal, 0, cx],
		[0, focal, cy],
		[0, 0, 1]
	];
	const ground = rotation.map((row, i) => [row[0], row[1], translation[i]]);
	return {
		width,
		height,
		fx: focal,
		fy: focal,
		cx,
		cy,
		hfovDeg,
		vfovDeg: (2 * Math.atan(height / 2 / focal)) / RADIANS,
		heightM: up,
		tiltDeg,
		headingDeg,
		rollDeg: 0,
		positionENU: position,
		R_enu_to_cam: rotation,
		t: translation,
		H_ground_to_image: intrinsics.map((k) =>
			[0, 1, 2].map((j) => k[0] * ground[0][j] + k[1] * ground[1][j] + k[2] * ground[2][j])
		),
		distortion: 0
	};
}

/** Focal length in pixels of a horizontal field of view. */
export const focalLength = (hfovDeg, width) => width / 2 / Math.tan((hfovDeg * RADIANS) / 2);

function enuToCamera(heading, tilt) {
	const [ch, sh, ct, st] = [Math.cos(heading), Math.sin(heading), Math.cos(tilt), Math.sin(tilt)];
	return [
		[ch, -sh, 0],
		[-sh * st, -ch * st, -ct],
		[sh * ct, ch * ct, -st]
	];
}
