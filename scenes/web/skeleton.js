// The bones people, bicycles and riders hang on: numbers, resting joints (metres, x forward, y up, z right), lengths.

/** Bones a model may have; the bone texture is this wide. */
export const BONES = 17;

export const BONE = {
	pelvis: 0,
	torso: 1,
	head: 2,
	armL: 3,
	foreL: 4,
	armR: 5,
	foreR: 6,
	thighL: 7,
	shinL: 8,
	footL: 9,
	thighR: 10,
	shinR: 11,
	footR: 12,
	frame: 13,
	frontWheel: 14,
	rearWheel: 15
};

export const HIP = 0.93;
export const KNEE = 0.5;
export const ANKLE = 0.085;
export const SHOULDER = 1.42;
export const ELBOW = 1.135;
export const WRIST = 0.885;

/** Height of a person of scale 1, metres. */
export const PERSON_HEIGHT = 1.76;

export const JOINT = {
	pelvis: [0, HIP, 0],
	torso: [0, 1.02, 0],
	head: [0, 1.5, 0],
	armL: [0, SHOULDER, -0.195],
	foreL: [0, ELBOW, -0.215],
	armR: [0, SHOULDER, 0.195],
	foreR: [0, ELBOW, 0.215],
	thighL: [0, HIP, -0.095],
	shinL: [0, KNEE, -0.1],
	footL: [0, ANKLE, -0.1],
	thighR: [0, HIP, 0.095],
	shinR: [0, KNEE, 0.1],
	footR: [0, ANKLE, 0.1]
};

export const BICYCLE = {
	wheelRadius: 0.34,
	frontHub: [0.53, 0.34, 0],
	rearHub: [-0.5, 0.34, 0],
	crank: [0.02, 0.29, 0],
	grip: [0.36, 1.06]
};
