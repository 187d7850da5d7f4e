// The wall's state as its address tells it, and how many tiles fit where. Pure.
import type { Overlays } from './draw.ts';

export const GRIDS = ['auto', '1', '2x2', '3x3', '4x4'] as const;
export type Grid = (typeof GRIDS)[number];
export type WallOrder = 'registry' | 'attention';
export type OverlayName = keyof Overlays;
/** The same order everywhere. */
export const OVERLAYS: readonly OverlayName[] = ['feed', 'arrows', 'magnitude', 'trails'];

/** Everything of the wall that lives in the address: a wall screen is set up by a link. */
export interface Wall {
	grid: Grid;
	order: WallOrder;
	/** null: every camera as its own record says. */
	overlays: Overlays | null;
	/** Chosen cameras; null: all active ones. */
	cameras: string[] | null;
	/** The one camera shown alone. */
	stream: string | null;
	/** First page is 0; only grids of a fixed size have more than one. */
	page: number;
	/** No bars. */
	bare: boolean;
}

export function parseWall(query: Pick<URLSearchParams, 'get'>): Wall {
	const grid = GRIDS.find((known) => known === query.get('grid')) ?? 'auto';
	const overlay = query.get('overlay');
	const cameras = query.get('cameras');
	const page = Number(query.get('page') ?? 1);
	return {
		grid,
		order: query.get('order') === 'attention' ? 'attention' : 'registry',
		overlays: overlay === null ? null : overlaysOf(overlay.split(',')),
		cameras: cameras === null ? null : cameras.split(',').filter(Boolean),
		stream: query.get('stream'),
		page: Number.isInteger(page) && page > 0 && page <= 1000 ? page - 1 : 0,
		bare: query.get('wall') === '1'
	};
}

/** The address of a wall, defaults left out. Empty when all is as it comes. */
export function wallQuery(wall: Wall): string {
	const query = new URLSearchParams();
	if (wall.grid !== 'auto') query.set('grid', wall.grid);
	if (wall.order !== 'registry') query.set('order', wall.order);
	if (wall.overlays) query.set('overlay', OVERLAYS.filter((name) => wall.overlays?.[name]).join(','));
	if (wall.cameras) query.set('cameras', wall.cameras.join(','));
	if (wall.page > 0) query.set('page', String(wall.page + 1));
	if (wall.bare) query.set('wall', '1');
	if (wall.stream) query.set('stream', wall.stream);
	// Commas need no escaping in a query and are what people type.
	const text = query.toString().replaceAll('%2C', ',');
	return text ? `?${text}` : '';
}

function overlaysOf(names: readonly string[]): Overlays {
	const on = (name: OverlayName) => names.includes(name);
	return { feed: on('feed'), arrows: on('arrows'), magnitude: on('magnitude'), trails: on('trails') };
}

/** What each camera of a wall draws by itself, from its record. */
export function ownOverlays(record: {
	show_feed: boolean;
	show_arrows: boolean;
	show_magnitude: boolean;
	show_trails: boolean;
}): Overlays {
	return {
		feed: record.show_feed,
		arrows: record.show_arrows,
		magnitude: record.show_magnitude,
		trails: record.show_trails
	};
}

export interface TileLayout {
	columns: number;
	rows: number;
	/** CSS pixels, whole. */
	tileWidth: number;
	tileHeight: number;
}

const SHAPE = 16 / 9;
/** The line between tiles, CSS pixels. */
export const TILE_GAP = 1;

/** Tiles across and down of a fixed grid; null for auto. */
export function gridSide(grid: Grid): number | null {
	return grid === 'auto' ? null : Number(grid[0]);
}

/** The largest 16:9 tiles of which `columns` × `rows` fit into the box. */
export function fitTiles(columns: number, rows: number, width: number, height: number): TileLayout {
	const across = (width - (columns - 1) * TILE_GAP) / columns;
	const down = (height - (rows - 1) * TILE_GAP) / rows;
	// Less than 2 % off 16:9 the tiles take the whole box: a hair of ground round the wall looks like a fault.
	if (Math.abs(across / down / SHAPE - 1) < 0.02) {
		return { columns, rows, tileWidth: Math.max(0, across), tileHeight: Math.max(0, down) };
	}
	const tileWidth = Math.max(0, Math.min(across, down * SHAPE));
	return { columns, rows, tileWidth, tileHeight: tileWidth / SHAPE };
}

/** The layout that shows `count` tiles largest in the box: every number of columns is tried. */
export function bestLayout(count: number, width: number, height: number): TileLayout {
	let best = fitTiles(1, Math.max(1, count), width, height);
	for (let columns = 2; columns <= count; columns++) {
		const candidate = fitTiles(columns, Math.ceil(count / columns), width, height);
		if (candidate.tileWidth > best.tileWidth + 0.5) best = candidate;
	}
	return best;
}

/** Where an arrow key leads from tile `from`; stays inside the wall. */
export function neighbour(from: number, key: string, columns: number, count: number): number {
	const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key];
	if (key === 'Home') return 0;
	if (key === 'End') return count - 1;
	if (step === undefined) return from;
	const to = from + step;
	return to < 0 || to >= count ? from : to;
}
