// The scale bar's arithmetic: a round distance no longer than the room it has.
const EQUATOR_M = 40_075_016.686;

/** Metres a CSS pixel covers at a latitude and zoom (512 px tiles). */
export function metresPerPixel(latitude: number, zoom: number): number {
	return (EQUATOR_M * Math.cos((latitude * Math.PI) / 180)) / (512 * 2 ** zoom);
}

export interface ScaleBar {
	label: string;
	/** CSS pixels. */
	width: number;
}

export function scaleBar(latitude: number, zoom: number, room: number): ScaleBar {
	const perPixel = metresPerPixel(latitude, zoom);
	const most = perPixel * room;
	const power = 10 ** Math.floor(Math.log10(most));
	const metres = ([5, 2, 1].find((step) => step * power <= most) ?? 1) * power;
	const label = metres >= 1000 ? `${metres / 1000} km` : `${Number(metres.toPrecision(1))} m`;
	return { label, width: metres / perPixel };
}
