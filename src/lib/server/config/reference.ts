// The reference page of the configuration, made of the table that parses it.
import { VARIABLES } from './variables.ts';

export const CONFIGURATION_PAGE = 'docs/reference/configuration.md';

/** Markdown. Written by `npm run docs:generate`; a test fails when the page in the repository differs. */
export function configurationPage(): string {
	const rows = Object.entries(VARIABLES)
		.filter(([, variable]) => !variable.internal)
		.map(
			([name, { default: standard, meaning }]) => `| \`${name}\` | ${cell(standard)} | ${cell(meaning)} |`
		);
	return `<!-- Made from src/lib/server/config/variables.ts by \`npm run docs:generate\`; change it there. -->

# Configuration

The server is configured by environment variables, read once when it starts. A value that is not valid, or a \`VF_\` variable that
this version does not know, stops the start with one line that says which. An empty value counts as unset.

| variable | default | meaning |
|---|---|---|
${rows.join('\n')}

What a person changes while the server runs (preview, map, retention) is on the settings page and in \`/api/v1/settings/system\`.

## Command line

\`npm start\` takes \`--port N\` and \`--host ADDRESS\`, which win over \`PORT\` and \`HOST\`. \`--demo\` adds the demo cameras and an account
to sign in with; \`--video FILE\` adds a file of your own as a camera and may be given more than once. Behind npm, options follow
\`--\`: \`npm run demo -- --video garden.mp4 --port 4000\`.

## Behind a reverse proxy

Set \`ORIGIN\` to the public address; with \`https\` the session cookie is sent over https alone. The proxy must pass \`Host\` or not, as
it likes: the server goes by \`ORIGIN\`. Every visitor then seems to come from the proxy, and the limit on sign-in attempts for
each address is shared by all of them; to count visitors apart, name the header the proxy sets:

| variable | meaning |
|---|---|
| \`ADDRESS_HEADER\` | the header with the visitor's address, as in \`x-forwarded-for\`; only behind a proxy that sets it, since visitors could write anything there |
| \`XFF_DEPTH\` | how many trusted proxies stand in front, for \`x-forwarded-for\`; 1 unless set |

## What is in DATA_DIR

| path | what |
|---|---|
| \`postgres/\` | the embedded database; open to the server's user alone |
| \`secret.key\` | the generated \`VF_SECRET_KEY\`; keep a copy: without it stored camera passwords cannot be read |
| \`server.lock\` | which process works here: two servers on one folder are refused |
| \`demo-sign-in.txt\` | the demo account's password; delete it once you have changed that |
| \`media/\` | videos that \`file:\` sources may play |
`;
}

function cell(text: string): string {
	return text.replaceAll('|', '\\|');
}
