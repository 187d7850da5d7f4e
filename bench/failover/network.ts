// A network of the bench's own: each worker in a namespace of its own, tied by a veth pair to a bridge that it can be cut from.
import { spawnSync } from 'node:child_process';

/** Where one worker stands. */
export interface Site {
	/** As the others reach it. */
	readonly address: string;
	/** The command line that runs a program there. */
	wrap(program: string, args: string[]): [string, string[]];
	cut(): void;
	restore(): void;
}

export interface Network {
	/** This machine, as the sites reach it. */
	readonly hub: string;
	readonly sites: Site[];
	/** Why nothing can be cut here; null where it can. */
	readonly refusal: string | null;
	remove(): void;
}

/** Falls back to the loopback, where nothing can be cut, when this machine allows no namespaces. */
export function layNetwork(count: number): Network {
	const mark = (process.pid % 200) + 20;
	const bridge = `vfbr${mark}`;
	const subnet = `10.231.${mark}`;
	const names = Array.from({ length: count }, (_, index) => `vf${mark}n${index}`);
	const remove = () => {
		for (const name of names) attempt('netns', 'del', name);
		attempt('link', 'del', bridge);
	};
	try {
		ip('link', 'add', bridge, 'type', 'bridge');
		ip('addr', 'add', `${subnet}.1/24`, 'dev', bridge);
		ip('link', 'set', bridge, 'up');
		const sites = names.map((name, index) => addSite(name, bridge, `${subnet}.${index + 10}`));
		return { hub: `${subnet}.1`, sites, refusal: null, remove };
	} catch (error) {
		remove();
		const refusal = `no network namespaces here: ${(error as Error).message}`;
		return { hub: '127.0.0.1', sites: names.map(loopback), refusal, remove: () => {} };
	}
}

function addSite(name: string, bridge: string, address: string): Site {
	// Names of interfaces have 15 characters at most.
	const port = `${name}b`;
	ip('netns', 'add', name);
	ip('link', 'add', port, 'type', 'veth', 'peer', 'name', `${name}i`);
	ip('link', 'set', `${name}i`, 'netns', name);
	ip('link', 'set', port, 'master', bridge, 'up');
	const inside = ['-n', name];
	ip(...inside, 'addr', 'add', `${address}/24`, 'dev', `${name}i`);
	ip(...inside, 'link', 'set', `${name}i`, 'up');
	ip(...inside, 'link', 'set', 'lo', 'up');
	return {
		address,
		wrap: (program, args) => ['ip', ['netns', 'exec', name, program, ...args]],
		cut: () => ip('link', 'set', port, 'down'),
		restore: () => ip('link', 'set', port, 'up')
	};
}

function loopback(): Site {
	const refuse = () => {
		throw new Error('the loopback cannot be cut');
	};
	return {
		address: '127.0.0.1',
		wrap: (program, args) => [program, args],
		cut: refuse,
		restore: refuse
	};
}

function ip(...args: string[]): void {
	const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' });
	if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}

const attempt = (...args: string[]) => void spawnSync('ip', args, { stdio: 'ignore' });
