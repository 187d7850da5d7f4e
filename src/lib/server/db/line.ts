// A connection of its own for what must not wait behind other work, and that is made anew when it hangs.
import { connect, type ConnectionTarget, type Db } from './client.ts';

export interface Line {
	/** As it is now: ask again for each query. */
	db(): Db;
	/** Gives up what hangs, such as a connection through a cut network: it fails at once, and the next query connects anew. */
	renew(): void;
	close(): Promise<void>;
}

export function openLine(target: ConnectionTarget): Line {
	const open = () => connect(target, { max: 1 });
	let client = open();
	return {
		db: () => client.db,
		renew() {
			void client.close(0).catch(() => {});
			client = open();
		},
		close: () => client.close(1)
	};
}
