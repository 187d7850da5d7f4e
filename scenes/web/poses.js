// Poses: from an actor's state in a frame to one matrix a bone, in the world.
import { IDENTITY, turn, shift, multiply, carry } from './matrices.js';
import { BONES, BONE, JOINT, BICYCLE, HIP, KNEE, ANKLE, SHOULDER, ELBOW, WRIST } from './skeleton.js';

/** Metres walked in one gait cycle (two steps) by a person of scale 1. */
const STRIDE = 1.46;
const TURN = 2 * Math.PI;

/**
 * Matrices of an actor's bones in the world.
 * State: x, z (metres), yaw (radians), dist (metres travelled), and as the pose needs them: y, gait (0 stands, 1
 * walks), t (seconds), lean, twist, nod, phone, pitch, steer, bank.
 */
export function poseOf(model, state) {
	const place = placeOf(model.scale ?? 1, state);
	return localPose(model, state).map((bone) => multiply(place, bone));
}

function localPose(model, state) {
	switch (model.pose) {
		case 'car':
			return carPose(model, state);
		case 'walk':
			return byNumber(walkPose(model, state));
		case 'bike':
			return byNumber(cyclePose(state));
		case 'custom':
			return model.bones(state);
		default:
			throw new Error(`no pose called ${model.pose}`);
	}
}

function placeOf(scale, { x, y = 0, z, yaw = 0, bank = 0 }) {
	const [c, s] = [scale * Math.cos(yaw), scale * Math.sin(yaw)];
	const upright = [c, 0, -s, 0, 0, scale, 0, 0, s, 0, c, 0, x, y, z, 1];
	return bank ? multiply(upright, turn(bank, [0, 0, 0], 'x')) : upright;
}

function byNumber(pose) {
	const out = new Array(BONES).fill(IDENTITY);
	for (const [name, matrix] of Object.entries(pose)) out[BONE[name]] = matrix;
	return out;
}

function carPose({ hubs, wheelRadius }, { dist, pitch = 0, steer = 0 }) {
	const wheels = hubs.map((hub, i) =>
		multiply(turn(i < 2 ? steer : 0, hub, 'y'), turn(-dist / wheelRadius, hub))
	);
	return [turn(pitch, [0, 0.4, 0]), ...wheels];
}

/** Bell of height 1 round `centre` in a phase that wraps at 1. */
function bell(phase, centre, width) {
	const d = ((((phase - centre) % 1) + 1.5) % 1) - 0.5;
	return Math.exp((-d * d) / (2 * width * width));
}

// Joint angles over the gait cycle (phase 0: heel strike), after the curves of clinical gait analysis.
const hipAngle = (phase, gait) => gait * (0.06 + 0.43 * Math.cos(phase * TURN));
const kneeAngle = (phase, gait) =>
	0.06 + gait * (0.07 + 0.17 * bell(phase, 0.15, 0.07) + 0.92 * bell(phase, 0.73, 0.105));
const ankleAngle = (phase, gait) => gait * (0.16 * bell(phase, 1, 0.06) - 0.5 * bell(phase, 0.62, 0.07));

function walkPose({ scale, seed }, state) {
	const { dist, gait = 1, t = 0, lean = 0, twist = 0, nod = 0, phone = false } = state;
	const phase = dist / (STRIDE * scale);
	const swing = Math.sin(TURN * phase);
	const pelvis = turn(0.1 * gait * swing, JOINT.pelvis, 'y');
	const left = legPose('L', pelvis, phase + 0.5, gait);
	const right = legPose('R', pelvis, phase, gait);
	const sway = 0.012 * Math.sin(t * 0.9 + seed) * (1 - gait);
	const stand = shift(0, -lowestPoint(left.footL, right.footR), 0.012 * gait * swing + sway);
	const bend = lean + 0.035 * gait;
	const torso = multiply(
		stand,
		multiply(turn(-bend, JOINT.torso), turn(-0.09 * gait * swing + twist * 0.4, JOINT.torso, 'y'))
	);
	const gaze = multiply(
		turn(bend * 0.8 - nod, JOINT.head),
		turn(twist * 0.8 + 0.06 * gait * swing, JOINT.head, 'y')
	);
	const legs = Object.entries({ pelvis, ...left, ...right });
	return {
		...Object.fromEntries(legs.map(([name, bone]) => [name, multiply(stand, bone)])),
		torso,
		head: multiply(torso, gaze),
		...armPose('L', torso, phase, gait, false),
		...armPose('R', torso, phase + 0.5, gait, phone)
	};
}

function legPose(side, pelvis, phase, gait) {
	const [hip, knee] = [hipAngle(phase, gait), kneeAngle(phase, gait)];
	const thigh = multiply(pelvis, turn(hip, JOINT[`thigh${side}`]));
	const shin = multiply(thigh, turn(-knee, JOINT[`shin${side}`]));
	const level = -(hip - knee) * 0.82 + ankleAngle(phase, gait);
	const foot = multiply(shin, turn(level, JOINT[`foot${side}`]));
	return { [`thigh${side}`]: thigh, [`shin${side}`]: shin, [`foot${side}`]: foot };
}

/** An arm swings against the leg of its side; a hand that holds a phone does not swing. */
function armPose(side, torso, phase, gait, phone) {
	const swing = Math.cos(phase * TURN);
	const shoulder = JOINT[`arm${side}`];
	const spread = turn(side === 'L' ? 0.07 : -0.07, shoulder, 'x');
	const arm = multiply(torso, multiply(spread, turn(phone ? 0.5 : 0.4 * gait * swing - 0.02, shoulder)));
	const bend = phone ? 1.75 : 0.18 + gait * (0.2 + 0.16 * swing);
	return { [`arm${side}`]: arm, [`fore${side}`]: multiply(arm, turn(bend, JOINT[`fore${side}`])) };
}

/** Height of the lower foot's sole: heel, toe or ball, whichever is lowest. */
function lowestPoint(footL, footR) {
	const sole = [
		[-0.09, 0.004],
		[0.16, 0.006],
		[0.06, 0]
	];
	const heights = (foot, z) => sole.map(([x, y]) => carry(foot, x, y, z)[1]);
	return Math.min(...heights(footL, -0.1), ...heights(footR, 0.1));
}

/** Angles of two links of lengths a and b that reach (dx, dy): of the first from straight down, bent by `sign`. */
function reach(dx, dy, a, b, sign) {
	const d = Math.min(a + b - 0.005, Math.hypot(dx, dy));
	const first = Math.atan2(dx, -dy) + sign * Math.acos((a * a + d * d - b * b) / (2 * a * d));
	const [jx, jy] = [a * Math.sin(first), -a * Math.cos(first)];
	return { first, joint: [jx, jy], second: Math.atan2(dx - jx, -(dy - jy)) };
}

function cyclePose({ dist }) {
	const saddle = [-0.17, 1, 0];
	const seat = shift(saddle[0], saddle[1] - HIP, 0);
	const crank = -dist / (BICYCLE.wheelRadius * 2.6);
	const torso = multiply(seat, turn(-0.62, JOINT.torso));
	return {
		pelvis: multiply(seat, turn(-0.25, JOINT.pelvis)),
		torso,
		head: multiply(torso, turn(0.5, JOINT.head)),
		...pedalling('L', seat, saddle, crank),
		...pedalling('R', seat, saddle, crank + Math.PI),
		...steering('L', torso),
		...steering('R', torso),
		frontWheel: turn(-dist / BICYCLE.wheelRadius, BICYCLE.frontHub),
		rearWheel: turn(-dist / BICYCLE.wheelRadius, BICYCLE.rearHub)
	};
}

function pedalling(side, seat, saddle, angle) {
	const [thigh, shin, foot] = [`thigh${side}`, `shin${side}`, `foot${side}`];
	const ankle = [
		BICYCLE.crank[0] + 0.165 * Math.cos(angle) - 0.06,
		BICYCLE.crank[1] + 0.165 * Math.sin(angle) + 0.085
	];
	const leg = reach(ankle[0] - saddle[0], ankle[1] - saddle[1], HIP - KNEE, KNEE - ANKLE, 1);
	const knee = [saddle[0] + leg.joint[0], saddle[1] + leg.joint[1], JOINT[shin][2]];
	return {
		[thigh]: multiply(seat, turn(leg.first, JOINT[thigh])),
		[shin]: turn(leg.second, JOINT[shin], 'z', knee),
		[foot]: turn(-0.1 + 0.15 * Math.sin(angle), JOINT[foot], 'z', [...ankle, JOINT[foot][2]])
	};
}

function steering(side, torso) {
	const [arm, fore] = [`arm${side}`, `fore${side}`];
	const shoulder = carry(torso, ...JOINT[arm]);
	const [dx, dy] = [BICYCLE.grip[0] - shoulder[0], BICYCLE.grip[1] - shoulder[1]];
	const bent = reach(dx, dy, SHOULDER - ELBOW, ELBOW - WRIST + 0.06, -1);
	const outward = side === 'R' ? 0.02 : -0.02;
	const elbow = [shoulder[0] + bent.joint[0], shoulder[1] + bent.joint[1], shoulder[2] + outward];
	return {
		[arm]: turn(bent.first, JOINT[arm], 'z', shoulder),
		[fore]: turn(bent.second, JOINT[fore], 'z', elbow)
	};
}
