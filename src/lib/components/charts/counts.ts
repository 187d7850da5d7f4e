// How charts draw a number of things: it holds until it jumps, and there is never half of one.
import uPlot from 'uplot';

/** A value holds until the next: no slope tells of a moment between one object and two. */
export const countPaths = (): Pick<uPlot.Series, 'paths'> =>
	uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {};

/** Whole numbers alone at the side. */
export const countAxis: Pick<uPlot.Axis, 'incrs'> = {
	incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000]
};
