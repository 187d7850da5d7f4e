// Tests by what they need: the suffix of a file picks its project.
import { availableParallelism } from 'node:os';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const NEEDS_POSTGRES = '**/*.db.test.ts';
const NEEDS_CAMERAS = '**/*.cam.test.ts';
const NEEDS_BUILD = 'tests/server/**/*.test.ts';
const NEEDS_CHROMIUM = 'tests/e2e/**/*.test.ts';
/** Tests of real processes and networks may meet a machine that is busy elsewhere: one that fails is tried once more, and the report says so. */
const AGAIN = 1;
const ELSEWHERE = ['**/node_modules/**', 'build/**', 'data/**'];

export default defineConfig({
	plugins: [svelte({ configFile: false })],
	test: {
		reporters: ['default'],
		// Two cores are two: left to itself vitest keeps one for itself.
		maxWorkers: Math.max(2, availableParallelism() - 1),
		projects: [
			{
				extends: true,
				test: {
					name: 'unit',
					include: [
						'src/**/*.test.ts',
						'scenes/*.test.ts',
						'scripts/**/*.test.ts',
						'kernel/**/*.test.ts',
						'tests/house/**/*.test.ts'
					],
					exclude: [...ELSEWHERE, NEEDS_POSTGRES, NEEDS_CAMERAS],
					testTimeout: 20_000
				}
			},
			{
				extends: true,
				test: {
					name: 'database',
					retry: AGAIN,
					include: [NEEDS_POSTGRES],
					exclude: ELSEWHERE,
					testTimeout: 30_000,
					hookTimeout: 60_000
				}
			},
			{
				extends: true,
				test: {
					name: 'cameras',
					retry: AGAIN,
					include: [NEEDS_CAMERAS],
					exclude: ELSEWHERE,
					// Frame rates are measured: no other file beside.
					fileParallelism: false,
					testTimeout: 60_000,
					hookTimeout: 60_000
				}
			},
			{
				extends: true,
				test: {
					name: 'server',
					retry: AGAIN,
					include: [NEEDS_BUILD],
					exclude: ELSEWHERE,
					testTimeout: 90_000,
					hookTimeout: 90_000
				}
			},
			{
				extends: true,
				test: {
					name: 'browser',
					retry: AGAIN,
					include: [NEEDS_CHROMIUM],
					exclude: ELSEWHERE,
					testTimeout: 180_000,
					hookTimeout: 120_000,
					fileParallelism: false
				}
			}
		]
	}
});
