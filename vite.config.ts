// Vite and SvelteKit configuration: the only build configuration there is.
import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

export default defineConfig({
	// Browsers that know light-dark(): rewritten for older ones it would resolve at the root, and pictures, which are
	// dark in both themes, would turn light.
	build: { cssTarget: ['chrome123', 'edge123', 'firefox120', 'safari17.5'] },
	plugins: [
		sveltekit({
			adapter: adapter(),
			// Spans of requests, where src/instrumentation.server.ts has set somebody up to take them.
			tracing: { server: true },
			// Our own check of where requests come from (auth/origin.ts) stands before every route, whatever it takes, and
			// answers problems; SvelteKit's refuses programs too, which send no Origin.
			csrf: { trustedOrigins: ['*'] },
			csp: {
				// Our scripts alone; pictures and map data may come from any map server; components set styles of their own.
				directives: {
					'default-src': ['self'],
					'script-src': ['self'],
					'style-src': ['self', 'unsafe-inline'],
					'img-src': ['self', 'data:', 'blob:', 'https:', 'http:'],
					'connect-src': ['self', 'data:', 'blob:', 'https:', 'http:'],
					'worker-src': ['self', 'blob:'],
					'object-src': ['none'],
					'base-uri': ['self'],
					'form-action': ['self'],
					'frame-ancestors': ['self']
				}
			}
		})
	]
});
