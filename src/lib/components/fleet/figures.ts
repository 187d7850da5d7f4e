// The headline figures of a camera, each with its unit or the reason there is none.
import type { StreamStatus } from '#lib/contracts/status.ts';
import { directionWord, flowDirection } from '../live/wheel.ts';
import { count, figure, NOT_MEASURED } from '../ui/format.ts';

export interface HeadlineFigure {
	key: 'avg' | 'max' | 'count' | 'direction' | 'coherence' | 'fps' | 'latency';
	label: string;
	value: string;
	unit?: string | undefined;
	title?: string | undefined;
	main?: boolean;
}

/** `latencyMs` from the frame's capture to its picture on this screen. */
export function headlineFigures(
	status: StreamStatus | undefined,
	latencyMs: number | null
): HeadlineFigure[] {
	const connected = status?.status === 'connected';
	const flow = connected ? status.flow : null;
	const why = connected ? undefined : 'Not measured: the camera is not connected';
	const unit = (text: string) => (flow ? text : undefined);
	return [
		{
			key: 'avg',
			label: 'Average',
			value: figure(flow?.avg),
			unit: unit('px/frame'),
			title: why,
			main: true
		},
		{ key: 'max', label: 'Maximum', value: figure(flow?.max), unit: unit('px/frame'), title: why },
		{
			key: 'count',
			label: 'Vectors',
			value: count(flow?.count),
			unit: flow ? `of ${count(flow.total)}` : undefined,
			title: why
		},
		{ key: 'direction', label: 'Direction', ...direction(flow), main: true },
		{
			key: 'coherence',
			label: 'Coherence',
			value: flow && flow.count > 0 ? flow.coherence.toFixed(2) : NOT_MEASURED,
			title: why ?? '0: every way at once, 1: all one way'
		},
		{
			key: 'fps',
			label: 'Analysis',
			value: figure(connected ? status.fps : null),
			unit: connected && status.fps !== null ? 'fps' : undefined,
			title: why
		},
		{
			key: 'latency',
			label: 'Frame to screen',
			value: latencyMs === null ? NOT_MEASURED : Math.round(latencyMs).toString(),
			unit: latencyMs === null ? undefined : 'ms',
			title: latencyMs === null ? 'No picture on the screen' : 'From capture to this screen',
			main: true
		}
	];
}

/** A word, and the degrees beside it; Mixed where there is no one direction. */
function direction(flow: StreamStatus['flow']): Pick<HeadlineFigure, 'value' | 'unit' | 'title'> {
	const towards = flowDirection(flow);
	switch (towards.kind) {
		case 'none':
			return { value: NOT_MEASURED, title: 'Nothing moves' };
		case 'mixed':
			return { value: 'Mixed', title: 'Coherence below 0.25: no one direction' };
		case 'towards': {
			const word = directionWord(towards.degrees);
			return {
				value: `${Math.round(towards.degrees) % 360}°`,
				unit: word,
				title: 'Degrees clockwise from up in the picture'
			};
		}
		default: {
			const never: never = towards;
			return never;
		}
	}
}
