// CPU time and memory of a process and all its descendants, read from /proc (Linux).
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100; // sysconf(_SC_CLK_TCK) on every Linux this runs on

/** `pid` and everything it started, as process ids. */
export function processTree(pid: number): number[] {
	const children = new Map<number, number[]>();
	for (const entry of readdirSync('/proc')) {
		const id = Number(entry);
		const parent = Number.isInteger(id) ? parentOf(id) : null;
		if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), id]);
	}
	const tree = [pid];
	for (let i = 0; i < tree.length; i++) tree.push(...(children.get(tree[i] as number) ?? []));
	return tree;
}

/** User + system CPU seconds of one process so far; 0 once it is gone. */
export function cpuSeconds(pid: number): number {
	const fields = statFields(pid);
	return fields ? (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND : 0;
}

/** Proportional set size in MiB: shared pages are divided among those who share them. */
export function memoryMiB(pid: number): number {
	try {
		const kib = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
		return Number(kib?.[1] ?? 0) / 1024;
	} catch {
		return 0;
	}
}

export const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

function parentOf(pid: number): number | null {
	const fields = statFields(pid);
	return fields ? Number(fields[1]) : null;
}

/** Fields of /proc/<pid>/stat from the state on: the name before it may hold spaces and brackets. */
function statFields(pid: number): string[] | null {
	try {
		const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
		return text.slice(text.lastIndexOf(')') + 2).split(' ');
	} catch {
		return null;
	}
}
