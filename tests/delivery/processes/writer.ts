// The writer: the alerts room, fed with rules that fire and clear in turn; at its end everything clears.
import { createAlerts } from '#lib/server/alerts/index.ts';
import { createMemoryBus, subjects } from '#lib/server/bus/index.ts';
import { connect } from '#lib/server/db/index.ts';
import { live, log, settings } from './instance.ts';

const { rules, statesPerSecond, database, dataDir } = settings;
const client = connect(database, { max: 5 });
const bus = createMemoryBus(log, settings.name);
const tokens = new Map(rules.map(({ streamId, token }) => [streamId, token]));
const alerts = createAlerts({
	db: client.db,
	bus,
	log,
	dataDir,
	files: { publish: () => {}, ensure: async (path) => path, remove: async () => {} },
	leaseOf: (streamId) => tokens.get(streamId) ?? null,
	onStatus: () => () => {},
	speaksForUnheld: false,
	ffmpegPath: null,
	clipRingDir: null,
	stillAt: async () => null,
	timing: { backoff: { baseMs: 50, capMs: 400 } }
});
const firing = new Set<string>();

function say({ ruleId, streamId }: (typeof rules)[number], state: 'firing' | 'clear'): void {
	if (state === 'firing') firing.add(ruleId);
	else firing.delete(ruleId);
	const figures = { value: 2, peak: 2, labels: {} };
	bus.publish(subjects.ruleState, { ruleId, streamId, state, at: Date.now(), ...figures });
}

alerts.start();
// A run that begins tells how every rule stands: what the last one left open ends.
for (const rule of rules) say(rule, 'clear');
let turn = 0;
const feeding = setInterval(() => {
	const rule = rules[turn++ % rules.length]!;
	say(rule, firing.has(rule.ruleId) ? 'clear' : 'firing');
}, 1000 / statesPerSecond);

live(async () => {
	clearInterval(feeding);
	for (const rule of rules) say(rule, 'clear');
	await alerts.settled();
	await alerts.stop();
	await client.close();
});
