// Token colours for canvases: CSS variables resolved to what a 2D context understands, again whenever the theme changes.
import { createSubscriber } from 'svelte/reactivity';

class Palette {
	#probe: HTMLElement | undefined;
	readonly #subscribe = createSubscriber((update) => {
		const system = matchMedia('(prefers-color-scheme: dark)');
		const chosen = new MutationObserver(update);
		chosen.observe(document.documentElement, {
			attributes: true,
			attributeFilter: ['data-theme', 'class', 'style']
		});
		system.addEventListener('change', update);
		return () => {
			chosen.disconnect();
			system.removeEventListener('change', update);
		};
	});

	/** Whether the page is dark now. Reactive. */
	get dark(): boolean {
		this.#subscribe();
		if (typeof document === 'undefined') return true;
		const chosen = document.documentElement.dataset['theme'];
		return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
	}

	/** A token's colour (or any CSS colour) in the page's theme, as `rgb(…)` or `rgba(…)`: WebGL and canvas take both. Reactive. */
	colour(token: string): string {
		this.#subscribe();
		this.#probe ??= hiddenProbe();
		this.#probe.style.color = token.startsWith('--') ? `var(${token})` : token;
		return toRgb(getComputedStyle(this.#probe).color);
	}
}

function hiddenProbe(): HTMLElement {
	const probe = document.createElement('span');
	probe.hidden = true;
	return document.body.appendChild(probe);
}

let pixel: CanvasRenderingContext2D | null = null;

/** Computed colours come back as oklch(); one painted pixel tells them in sRGB. */
function toRgb(colour: string): string {
	if (colour.startsWith('rgb')) return colour;
	pixel ??= new OffscreenCanvas(1, 1).getContext('2d', {
		willReadFrequently: true
	}) as unknown as CanvasRenderingContext2D;
	pixel.clearRect(0, 0, 1, 1);
	pixel.fillStyle = colour;
	pixel.fillRect(0, 0, 1, 1);
	const [red = 0, green = 0, blue = 0, alpha = 255] = pixel.getImageData(0, 0, 1, 1).data;
	return alpha === 255
		? `rgb(${red}, ${green}, ${blue})`
		: `rgba(${red}, ${green}, ${blue}, ${(alpha / 255).toFixed(3)})`;
}

export const palette = new Palette();
