// Geometry of a camera on the globe: great-circle destinations, distances, bearings and the cone it sees. Pure.

/** IUGG mean radius. */
const EARTH_RADIUS_M = 6_371_008.8;

export interface LatLon {
	latitude: number;
	longitude: number;
}

/** Where a camera stands and what it sees; degrees clockwise from north, metres. */
export interface View extends LatLon {
	heading: number;
	angle: number;
	distance: number;
}

const rad = (degrees: number) => (degrees * Math.PI) / 180;
const deg = (radians: number) => (radians * 180) / Math.PI;

/** Longitude into −180 ≤ λ < 180. */
export function wrapLongitude(longitude: number): number {
	return ((((longitude + 180) % 360) + 360) % 360) - 180;
}

/** Heading into 0 ≤ h < 360. */
export function wrapHeading(degrees: number): number {
	return ((degrees % 360) + 360) % 360;
}

/** Heading as stored: one decimal, 0–359.9. */
export function storedHeading(degrees: number): number {
	return (Math.round(wrapHeading(degrees) * 10) % 3600) / 10;
}

/** The signed turn from one heading to another, −180 < t ≤ 180, positive clockwise. */
export function turn(from: number, to: number): number {
	const clockwise = wrapHeading(to - from);
	return clockwise > 180 ? clockwise - 360 : clockwise;
}

/**
 * The point `distance` metres from `from` along the great circle that leaves it at `bearing`.
 *
 *   sin φ₂ = sin φ₁ cos δ + cos φ₁ sin δ cos θ
 *   λ₂ = λ₁ + atan2(sin θ sin δ cos φ₁, cos δ − sin φ₁ sin φ₂)
 */
export function destination(from: LatLon, bearing: number, distance: number): LatLon {
	const delta = distance / EARTH_RADIUS_M;
	const theta = rad(bearing);
	const phi1 = rad(from.latitude);
	const sinPhi2 = Math.sin(phi1) * Math.cos(delta) + Math.cos(phi1) * Math.sin(delta) * Math.cos(theta);
	const east = Math.sin(theta) * Math.sin(delta) * Math.cos(phi1);
	const lambda = Math.atan2(east, Math.cos(delta) - Math.sin(phi1) * sinPhi2);
	return {
		latitude: deg(Math.asin(Math.min(1, Math.max(-1, sinPhi2)))),
		longitude: wrapLongitude(from.longitude + deg(lambda))
	};
}

/** Metres between two points (haversine). */
export function distanceM(a: LatLon, b: LatLon): number {
	const dPhi = rad(b.latitude - a.latitude);
	const dLambda = rad(b.longitude - a.longitude);
	const h =
		Math.sin(dPhi / 2) ** 2 +
		Math.cos(rad(a.latitude)) * Math.cos(rad(b.latitude)) * Math.sin(dLambda / 2) ** 2;
	return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Initial bearing from a to b, 0–360 clockwise from north. */
export function bearingTo(a: LatLon, b: LatLon): number {
	const dLambda = rad(b.longitude - a.longitude);
	const phi1 = rad(a.latitude);
	const phi2 = rad(b.latitude);
	const y = Math.sin(dLambda) * Math.cos(phi2);
	const x = Math.cos(phi1) * Math.sin(phi2) - Math.sin(phi1) * Math.cos(phi2) * Math.cos(dLambda);
	return wrapHeading(deg(Math.atan2(y, x)));
}

export type Position = [longitude: number, latitude: number];

/** [longitude, latitude] next to the camera's own, not on the far side of the antimeridian: maps take longitudes beyond ±180. */
function near(from: LatLon, point: LatLon): Position {
	return [from.longitude + turn(from.longitude, point.longitude), point.latitude];
}

/**
 * What the camera sees, as a closed ring: the camera, the arc from the left edge to the right, the camera.
 *
 *            axis
 *        ╭────┼────╮   distance
 *   left  ╲   │   ╱ right
 *            ╲│╱
 *           camera
 */
export function coneRing(view: View): Position[] {
	const steps = Math.max(2, Math.ceil(view.angle / 3));
	const start = view.heading - view.angle / 2;
	const arc = Array.from({ length: steps + 1 }, (_, i) =>
		near(view, destination(view, start + (view.angle * i) / steps, view.distance))
	);
	const apex: Position = [view.longitude, view.latitude];
	return [apex, ...arc, apex];
}

export interface ConeHandles {
	axis: Position;
	left: Position;
	right: Position;
}

/** Where the three handles of a cone lie: the end of its axis and the ends of its edges. */
export function coneHandles(view: View): ConeHandles {
	const at = (bearing: number) => near(view, destination(view, bearing, view.distance));
	return {
		axis: at(view.heading),
		left: at(view.heading - view.angle / 2),
		right: at(view.heading + view.angle / 2)
	};
}

export const LEAST_ANGLE = 5;
export const GREATEST_ANGLE = 170;
export const LEAST_DISTANCE_M = 1;
export const GREATEST_DISTANCE_M = 10_000;

/** Drags the end of the axis: heading and distance follow the point. */
export function dragAxis(view: View, to: LatLon): Pick<View, 'heading' | 'distance'> {
	const distance = Math.min(GREATEST_DISTANCE_M, Math.max(LEAST_DISTANCE_M, distanceM(view, to)));
	return { heading: storedHeading(bearingTo(view, to)), distance: roundDistance(distance) };
}

/** Drags an edge: the cone opens or closes about its axis, which stays. */
export function dragEdge(view: View, to: LatLon): Pick<View, 'angle'> {
	const half = Math.abs(turn(view.heading, bearingTo(view, to)));
	return { angle: Math.min(GREATEST_ANGLE, Math.max(LEAST_ANGLE, Math.round(half * 2))) };
}

/** Whole metres from ten up, a tenth below. */
export function roundDistance(metres: number): number {
	return metres >= 10 ? Math.round(metres) : Math.round(metres * 10) / 10;
}

/** Six decimals are 11 cm: finer than anybody can point. */
export function roundPlace({ latitude, longitude }: LatLon): LatLon {
	return { latitude: Number(latitude.toFixed(6)), longitude: Number(wrapLongitude(longitude).toFixed(6)) };
}

/** The zoom (512 px tiles) at which `metres` of ground at a latitude take `pixels` on the screen. */
export function zoomFor(metres: number, pixels: number, latitude: number): number {
	const metresPerPixelAtZero = (2 * Math.PI * EARTH_RADIUS_M * Math.cos(rad(latitude))) / 512;
	return Math.log2((metresPerPixelAtZero * pixels) / Math.max(1, metres));
}
