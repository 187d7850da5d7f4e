// Types SvelteKit merges: what every request carries.
import type { Identity } from '#lib/contracts/account.ts';
import type { Problem } from '#lib/contracts/problem.ts';
import type { Services } from '#lib/server/app/services.ts';

declare global {
	namespace App {
		interface Locals {
			requestId: string;
			/** Who asks; null when nobody signed in. */
			identity: Identity | null;
			services: Services;
		}
		interface Error {
			message: string;
			problem?: Problem;
			requestId?: string;
		}
	}
}
export {};
