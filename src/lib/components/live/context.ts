// One live feed a page, shared through Svelte's context: made by the layout, used by whoever shows a stream.
import { getContext, setContext } from 'svelte';
import { LiveFeed, type LiveFeedOptions } from './feed.svelte.ts';

const KEY = Symbol('live feed');

/** Call in the layout's script; start it in an `$effect(() => feed.start())`. */
export function provideLiveFeed(options?: LiveFeedOptions): LiveFeed {
	return setContext(KEY, new LiveFeed(options));
}

/** The layout's feed. */
export function useLiveFeed(): LiveFeed {
	const feed = getContext<LiveFeed | undefined>(KEY);
	if (!feed) throw new Error('no live feed here: the layout must call provideLiveFeed()');
	return feed;
}
