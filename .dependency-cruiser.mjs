// The import rule of the house (docs/design/architecture.md), checked on every import. Each rule says why.

const ROOMS =
	'streams|rules|history|alerts|models|detections|delivery|settings|live|retention|scenarios|messages|files|fleet|received';
const BASE = '^src/lib/server/base/';
const CONTRACTS = '^src/lib/contracts/';
const RULES = '^src/lib/rules/';
const TESTS = '\\.test\\.ts$|/testing(\\.ts$|/)';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
	forbidden: [
		{
			name: 'contracts-import-nothing',
			severity: 'error',
			comment: 'Contracts are the leaf both sides share: plain data and schemas that import nothing of ours.',
			from: { path: CONTRACTS, pathNot: TESTS },
			to: { path: '^src/', pathNot: CONTRACTS }
		},
		{
			name: 'rules-judge-contracts',
			severity: 'error',
			comment:
				'What rules make of facts is pure: workers judge frames with it, the server stored seconds, the browser a zone being drawn.',
			from: { path: RULES, pathNot: TESTS },
			to: { path: '^src/', pathNot: `${RULES}|${CONTRACTS}` }
		},
		{
			name: 'rules-run-anywhere',
			severity: 'error',
			comment: 'The browser runs it too: nothing of Node, no package.',
			from: { path: RULES, pathNot: TESTS },
			to: { dependencyTypes: ['core', 'npm', 'npm-dev'] }
		},
		{
			name: 'base-is-a-leaf',
			severity: 'error',
			comment: 'Base holds errors, logs, backoff: everything stands on it, so it stands on contracts alone.',
			from: { path: BASE, pathNot: TESTS },
			to: { path: '^src/', pathNot: `${BASE}|${CONTRACTS}` }
		},
		{
			name: 'config-stands-on-base',
			severity: 'error',
			comment: 'Configuration is parsed before anything else exists.',
			from: { path: '^src/lib/server/config/', pathNot: TESTS },
			to: { path: '^src/', pathNot: `^src/lib/server/config/|${BASE}|${CONTRACTS}` }
		},
		{
			name: 'infrastructure-knows-no-room',
			severity: 'error',
			comment: 'db, bus and telemetry serve every room; knowing one would make it special.',
			from: { path: '^src/lib/server/(db|bus|telemetry)/', pathNot: TESTS },
			to: { path: '^src/', pathNot: `^src/lib/server/(db|bus|telemetry|config)/|${BASE}|${CONTRACTS}` }
		},
		{
			name: 'kernels-are-pure',
			severity: 'error',
			comment:
				'kernel.ts is mathematics and rules.ts is decisions: neither reaches the database, the bus or the clock of another room.',
			from: { path: '/(kernel|rules)\\.ts$', pathNot: '^src/lib/server/(db|openapi)/' },
			to: { path: '^src/lib/server/(?!base/)|^src/routes/' }
		},
		{
			name: 'sql-lives-in-stores',
			severity: 'error',
			comment:
				'Only a store.ts (and the auth adapter, migrations and start-up) may reach the database: SQL has one place a room.',
			from: {
				path: '^src/lib/server/',
				pathNot: `^src/lib/server/(db|app|auth|telemetry)/|/store\\.ts$|${TESTS}`
			},
			to: { path: '^src/lib/server/db/' }
		},
		{
			name: 'workers-stand-alone',
			severity: 'error',
			comment:
				'A worker gets a plain config object and answers with messages; it knows neither the server nor SvelteKit.',
			from: { path: '^src/lib/workers/', pathNot: TESTS },
			to: { path: '^src/', pathNot: `^src/lib/workers/|${BASE}|${CONTRACTS}|${RULES}` }
		},
		{
			name: 'workers-know-no-framework',
			severity: 'error',
			comment: 'Workers run as plain files under Node: $app and kit do not exist there.',
			from: { path: '^src/lib/workers/' },
			to: { path: '^\\$app|@sveltejs/kit' }
		},
		{
			name: 'rooms-meet-through-contracts',
			severity: 'error',
			comment:
				'Sibling rooms meet through contracts, the bus, or app; a direct import ties two rooms together.',
			from: { path: `^src/lib/server/(${ROOMS})/`, pathNot: TESTS },
			to: {
				path: `^src/lib/server/(${ROOMS}|auth|engine)/|^src/routes/|^src/lib/(workers|components)/`,
				pathNot: '^src/lib/server/$1/'
			}
		},
		{
			name: 'engine-imports-streams-only',
			severity: 'error',
			comment: 'The engine runs what the registry names; every other room hears from it over the bus.',
			from: { path: '^src/lib/server/engine/', pathNot: TESTS },
			to: {
				path: '^src/',
				pathNot: `^src/lib/server/(engine|streams|bus|telemetry|config)/|${BASE}|${CONTRACTS}|^src/lib/workers/stream\\.worker|^src/lib/workers/detect/task\\.ts`
			}
		},
		{
			name: 'only-hooks-import-app',
			severity: 'error',
			comment:
				'app is the composition root: it knows every room, and nobody but the hooks knows it (types of services aside).',
			from: {
				path: '^src/',
				pathNot: `^src/lib/server/app/|^src/hooks\\.server\\.ts$|^src/main\\.ts$|${TESTS}`
			},
			to: { path: '^src/lib/server/app/', dependencyTypesNot: ['type-only'] }
		},
		{
			name: 'routes-call-rooms',
			severity: 'error',
			comment:
				'A route authenticates, parses, calls one room and replies: databases and workers are behind the rooms.',
			from: { path: '^src/routes/', pathNot: TESTS },
			to: { path: '^src/lib/(server/(db|bus|app)|workers)/', dependencyTypesNot: ['type-only'] }
		},
		{
			name: 'components-know-contracts',
			severity: 'error',
			comment:
				'Components run in the browser: they know contracts, what rules make of facts, and each other.',
			from: { path: '^src/lib/components/', pathNot: TESTS },
			to: { path: '^src/', pathNot: `^src/lib/(components|styles)/|${CONTRACTS}|${RULES}` }
		},
		{
			name: 'no-cycles',
			severity: 'error',
			comment: 'Data flows one way; a cycle means two files are one concept, or one is in the wrong place.',
			from: {},
			to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }
		},
		{
			name: 'nothing-ships-dev-tools',
			severity: 'error',
			comment:
				'What Node loads in production is a dependency; devDependencies are bundled into build/ or only build.',
			from: { path: '^src/(lib/(server|workers|contracts)|main|cli)', pathNot: TESTS },
			to: {
				dependencyTypes: ['npm-dev'],
				dependencyTypesNot: ['type-only'],
				pathNot: '^node_modules/@sveltejs/kit'
			}
		},
		{
			name: 'resolvable',
			severity: 'error',
			comment: 'Every import leads somewhere.',
			from: { pathNot: '\\.svelte$' },
			to: { couldNotResolve: true, pathNot: '^\\$app|^\\$types|^\\./\\$types|\\?url$|\\?raw$|^bun|^build/' }
		}
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		exclude: { path: '^(build|\\.svelte-kit|data)/' },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: 'tsconfig.json' },
		enhancedResolveOptions: {
			exportsFields: ['exports'],
			conditionNames: ['svelte', 'import', 'node', 'default']
		},
		extraExtensionsToScan: ['.svelte']
	}
};
