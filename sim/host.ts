// A process of the simulation: runs several instances until it is told, or made, to end. Argument 1 is a HostPlan as JSON.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createLogger } from '#lib/server/base/log.ts';
import { createInstance } from './instance.ts';
import type { FromHost, HostPlan, RunNews, ToHost } from './messages.ts';

const plan = JSON.parse(process.argv[2] ?? '') as HostPlan;
const say = (message: FromHost) => void process.send?.(message);
const level = process.env['LOG_LEVEL'] ?? 'error';
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();

let news: RunNews[] = [];
const tell = (one: RunNews) => void news.push(one);
setInterval(() => {
	if (news.length > 0) say({ type: 'runs', news });
	news = [];
}, 50);

const instances = new Map(
	await Promise.all(
		plan.instances.map(
			async (id) =>
				[
					id,
					await createInstance(id, plan, createLogger({ level, format: 'json', instance: id }), tell)
				] as const
		)
	)
);

process.on('message', (message: ToHost) => {
	switch (message.type) {
		case 'go':
			for (const instance of instances.values()) void instance.start();
			return;
		case 'reset':
			for (const instance of instances.values()) instance.reset();
			delay.reset();
			return;
		case 'report':
			say({
				type: 'report',
				figures: Object.fromEntries([...instances].map(([id, instance]) => [id, instance.figures()])),
				loopDelayP99Ms: delay.percentile(99) / 1e6
			});
			return;
	}
});
process.on('disconnect', () => process.exit(0));
say({ type: 'ready' });
