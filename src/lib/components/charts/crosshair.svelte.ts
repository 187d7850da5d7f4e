// The one moment that all charts of a page point at, moved by the mouse over any of them or by keys.
import uPlot from 'uplot';

let made = 0;

export class Crosshair {
	/** Seconds since the epoch; null while nobody points. */
	at = $state<number | null>(null);
	/** uPlot's key of the charts that share it. */
	readonly key = `crosshair-${made++}`;

	/** Points at a moment in every chart. */
	moveTo(at: number): void {
		this.at = at;
		for (const plot of uPlot.sync(this.key).plots)
			plot.setCursor({ left: plot.valToPos(at, 'x'), top: plot.over.clientHeight / 2 }, false);
	}

	leave(): void {
		this.at = null;
		for (const plot of uPlot.sync(this.key).plots) plot.setCursor({ left: -10, top: -10 }, false);
	}
}
