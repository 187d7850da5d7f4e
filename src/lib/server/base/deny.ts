// Networks a source may not reach: a list of CIDR ranges, and every way an address can be written.
import { BlockList, isIP, isIPv4 } from 'node:net';
import { AppError } from './errors.ts';

export interface DenyList {
	/** The address is an IPv4 or IPv6 literal in its usual form. */
	denies(address: string): boolean;
}

/** `10.0.0.0/8`, `fe80::/10` or a single address. Throws an AppError that names the entry it cannot read. */
export function createDenyList(ranges: readonly string[]): DenyList {
	const list = new BlockList();
	for (const range of ranges) addRange(list, range.trim());
	const hit = (address: string): boolean => list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
	return {
		denies: (address) => hit(address) || embeddedIPv4(address).some(hit)
	};
}

function addRange(list: BlockList, range: string): void {
	const [address = '', prefix] = range.split('/');
	const family = isIP(address);
	const bits = family === 4 ? 32 : 128;
	const length = prefix === undefined ? bits : Number(prefix);
	const readable = family !== 0 && /^\d{1,3}$/.test(prefix ?? '0') && length <= bits;
	if (!readable) {
		throw new AppError(
			'invalid_input',
			`VF_SOURCE_DENY: "${range}" is not a network; write it like 169.254.0.0/16.`
		);
	}
	list.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
}

/** IPv4 addresses an IPv6 address leads to: mapped ::ffff:a.b.c.d, compatible ::a.b.c.d, NAT64 64:ff9b::/96, 6to4 2002::/16. */
function embeddedIPv4(address: string): string[] {
	const groups = ipv6Groups(address);
	if (!groups) return [];
	const found: string[] = [];
	const zeroUntil = (n: number, from = 0) => groups.slice(from, n).every((group) => group === 0);
	const mapped = zeroUntil(5) && groups[5] === 0xffff;
	const nat64 = groups[0] === 0x64 && groups[1] === 0xff9b && zeroUntil(6, 2);
	if (mapped || nat64 || zeroUntil(6)) found.push(dotted(groups[6]!, groups[7]!));
	if (groups[0] === 0x2002) found.push(dotted(groups[1]!, groups[2]!));
	return found;
}

function dotted(high: number, low: number): string {
	return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The eight 16-bit groups; null for anything else. The URL parser writes out every shorthand form. */
function ipv6Groups(address: string): number[] | null {
	if (isIP(address) !== 6) return null;
	const host = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
	const [head = '', tail] = host.split('::');
	const left = head.split(':').filter(Boolean);
	const right = (tail ?? '').split(':').filter(Boolean);
	const zeros = Array<string>(8 - left.length - right.length).fill('0');
	return [...left, ...(tail === undefined ? [] : zeros), ...right].map((group) => parseInt(group, 16));
}
