// Makes the worker threads of a running server hang, through Node's inspector: really busy, deaf to every message.
import { once } from 'node:events';
import { eventually } from './eventually.ts';

interface Heard {
	method?: string;
	params?: { sessionId?: string; workerInfo?: { title: string; url: string } };
}

/** The server was started with `--inspect=127.0.0.1:PORT`. Resolves with how many of its threads hang from now on. */
export async function hangThreads(port: number): Promise<number> {
	const targets = await fetch(`http://127.0.0.1:${port}/json/list`);
	const [main] = (await targets.json()) as { webSocketDebuggerUrl: string }[];
	if (!main) throw new Error('the inspector has no target');
	const socket = new WebSocket(main.webSocketDebuggerUrl);
	await once(socket, 'open');
	const threads = new Set<string>();
	socket.addEventListener('message', ({ data }) => {
		const { method, params } = JSON.parse(String(data)) as Heard;
		if (method === 'NodeWorker.attachedToWorker') threads.add(params!.sessionId!);
	});
	let id = 0;
	const send = (method: string, params: object) => socket.send(JSON.stringify({ id: ++id, method, params }));
	send('NodeWorker.enable', { waitForDebuggerOnStart: false });
	await eventually(
		async () => threads.size,
		(found) => found > 0
	);
	// Later, so that the question is answered first.
	const expression = 'setTimeout(() => { for (;;); }, 10)';
	const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } });
	for (const sessionId of threads) send('NodeWorker.sendMessageToWorker', { sessionId, message });
	// Until they are at it.
	await new Promise((resolve) => setTimeout(resolve, 300));
	socket.close();
	return threads.size;
}
