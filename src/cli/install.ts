// The command that installs a program on this system.
import { findOnPath } from '../lib/server/config/index.ts';

const PACKAGES = {
	ffmpeg: { apt: 'ffmpeg', dnf: 'ffmpeg-free', brew: 'ffmpeg' },
	unshare: { apt: 'util-linux', dnf: 'util-linux', brew: null }
} as const;

/** As in `sudo apt-get install -y ffmpeg`; words where the system's package manager is not known. */
export function installCommand(program: keyof typeof PACKAGES): string {
	const names = PACKAGES[program];
	const sudo = process.geteuid?.() === 0 ? '' : 'sudo ';
	if (findOnPath('apt-get')) return `${sudo}apt-get update && ${sudo}apt-get install -y ${names.apt}`;
	if (findOnPath('dnf')) return `${sudo}dnf install -y ${names.dnf}`;
	if (findOnPath('brew') && names.brew) return `brew install ${names.brew}`;
	return `install ${program} with your system's package manager`;
}
