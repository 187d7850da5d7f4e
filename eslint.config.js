// Lint: correctness that types alone do not catch. Style belongs to Prettier, imports to dependency-cruiser.
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

/** Every source file says its job in its first line. */
const purposeLine = {
	meta: { type: 'suggestion', schema: [] },
	create: (context) => ({
		Program(node) {
			const first = context.sourceCode.text.replace(/^#!.*\n/, '').trimStart();
			if (first === '' || /^(\/\/|\/\*|<!--)/.test(first)) return;
			context.report({ node, message: 'Say the job of this file in a comment on its first line.' });
		}
	})
};

export default ts.config(
	{
		ignores: [
			'build/',
			'.svelte-kit/',
			'node_modules/',
			'data/',
			'kernel/**/*.ts',
			'scenes/web/',
			'scenes/node_modules/',
			'static/'
		]
	},
	js.configs.recommended,
	...ts.configs.recommended,
	...svelte.configs.recommended,
	{
		languageOptions: { globals: { ...globals.node, ...globals.browser } },
		plugins: { house: { rules: { 'purpose-line': purposeLine } } },
		rules: {
			'house/purpose-line': 'error',
			'no-undef': 'off',
			'@typescript-eslint/no-explicit-any': 'error',
			'@typescript-eslint/no-unused-vars': [
				'error',
				{ argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' }
			],
			'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
			eqeqeq: ['error', 'always', { null: 'ignore' }],
			'svelte/no-navigation-without-resolve': 'off'
		}
	},
	{
		files: ['src/**/*.ts', 'tests/**/*.ts', 'bench/**/*.ts', 'scenes/*.ts'],
		ignores: ['**/*.svelte.ts'],
		languageOptions: { parserOptions: { projectService: true } },
		rules: {
			'@typescript-eslint/no-floating-promises': 'error',
			'@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
			'@typescript-eslint/switch-exhaustiveness-check': [
				'error',
				{ considerDefaultExhaustiveForUnions: true }
			]
		}
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser } },
		rules: { 'house/purpose-line': 'off', 'prefer-const': 'off' }
	},
	{
		files: ['**/*.test.ts', 'tests/**', 'bench/**', 'src/lib/server/openapi/**'],
		rules: { 'max-lines': 'off' }
	}
);
